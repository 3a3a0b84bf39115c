package dev.sluice.app.bench;

import org.HdrHistogram.Histogram;

/**
 * A distribution of durations.
 *
 * @param count samples
 * @param meanMillis mean, in milliseconds
 * @param p50Millis median, in milliseconds
 * @param p90Millis 90th percentile, in milliseconds
 * @param p99Millis 99th percentile, in milliseconds
 * @param maxMillis largest, in milliseconds
 */
public record LatencySummary(
    long count,
    double meanMillis,
    double p50Millis,
    double p90Millis,
    double p99Millis,
    double maxMillis) {

  /** Summarises a histogram of microseconds. */
  static LatencySummary of(Histogram micros) {
    return new LatencySummary(
        micros.getTotalCount(),
        micros.getMean() / 1e3,
        millis(micros, 50),
        millis(micros, 90),
        millis(micros, 99),
        micros.getMaxValue() / 1e3);
  }

  private static double millis(Histogram micros, double percentile) {
    return micros.getValueAtPercentile(percentile) / 1e3;
  }
}
