package dev.sluice.spring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Histogram buckets of vLLM's metrics, to the last one, so that its dashboards fit. */
final class Buckets {
  static final double[] TIME_TO_FIRST_TOKEN = {
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40,
    80, 160, 640, 2560
  };
  static final double[] TOKEN_LATENCY = {
    0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
  };
  static final double[] REQUEST_LATENCY = {
    0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
  };
  static final double[] PREEMPTIONS = {1, 2, 3, 5, 10, 20, 50, 100};
  static final double[] ITERATION_TOKENS = {
    1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384
  };

  private Buckets() {}

  static Duration[] durations(double[] seconds) {
    return Arrays.stream(seconds)
        .mapToObj(s -> Duration.ofNanos(Math.round(s * 1e9)))
        .toArray(Duration[]::new);
  }

  /** 1, 2, 5, 10, … up to a limit. */
  static double[] upTo(int limit) {
    List<Double> buckets = new ArrayList<>();
    for (long power = 1; power <= limit; power *= 10) {
      for (int mantissa : new int[] {1, 2, 5}) {
        if (power * mantissa <= limit) {
          buckets.add((double) power * mantissa);
        }
      }
    }
    return buckets.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
