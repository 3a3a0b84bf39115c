package dev.sluice.app.bench.burst;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One request of a load.
 *
 * @param arrivalNanos after the start
 * @param inputTokens of its prompt
 * @param outputTokens of its answer
 * @param readingRate of its reader, tokens per second
 */
record Request(long arrivalNanos, int inputTokens, int outputTokens, double readingRate) {
  private static final double NANOS = 1e9;

  /** A burst is over within a second. */
  private static final double BURST_SECONDS = 1;

  /** The load's requests in order of arrival, the same for the same seed. */
  static List<Request> of(BurstSpec spec, double capacity, int maxContext) {
    SplittableRandom random = new SplittableRandom(spec.seed());
    double perSecond = spec.load() * capacity / spec.meanOutputTokens();
    List<Request> requests = new ArrayList<>();
    double even = perSecond * (1 - spec.burstShare());
    for (double t = gap(random, even); t < spec.seconds(); t += gap(random, even)) {
      requests.add(request(t, spec, maxContext, random));
    }
    long perBurst = Math.round(perSecond * spec.burstShare() * spec.burstPeriodSeconds());
    double first = spec.burstPeriodSeconds() / 2;
    for (double t = first; t < spec.seconds(); t += spec.burstPeriodSeconds()) {
      for (int i = 0; i < perBurst; i++) {
        requests.add(request(t + random.nextDouble() * BURST_SECONDS, spec, maxContext, random));
      }
    }
    requests.sort(Comparator.comparingLong(Request::arrivalNanos));
    return requests;
  }

  private static double gap(SplittableRandom random, double perSecond) {
    return exponential(random, 1 / perSecond);
  }

  private static double exponential(SplittableRandom random, double mean) {
    return -Math.log1p(-random.nextDouble()) * mean;
  }

  private static Request request(
      double seconds, BurstSpec spec, int maxContext, SplittableRandom random) {
    int input = length(exponential(random, spec.meanInputTokens()), maxContext / 2);
    int output = length(exponential(random, spec.meanOutputTokens()), maxContext / 2);
    double rate = random.nextDouble(spec.slowestReader(), spec.fastestReader());
    return new Request((long) (seconds * NANOS), input, output, rate);
  }

  private static int length(double tokens, int limit) {
    return Math.clamp(Math.round(tokens), 1, limit);
  }
}
