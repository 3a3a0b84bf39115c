package dev.sluice.engine.sampling;

import java.util.Arrays;

/** Pearson's goodness-of-fit test, in standard deviations from what a fit gives. */
final class ChiSquare {
  /** Beyond this, a fit is missed: one in a million by chance, and seeds are fixed. */
  static final double FIVE_SIGMA = 5;

  private static final double LEAST_EXPECTED = 5; // rarer outcomes are pooled

  private ChiSquare() {}

  /** How far counts lie from their probabilities; infinite if the impossible happened. */
  static double excess(int[] counts, double[] probabilities) {
    long trials = Arrays.stream(counts).asLongStream().sum();
    double statistic = 0;
    int classes = 0;
    double pooledExpected = 0;
    long pooled = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = trials * probabilities[i];
      if (expected == 0 && counts[i] > 0) {
        return Double.POSITIVE_INFINITY;
      }
      if (expected < LEAST_EXPECTED) {
        pooledExpected += expected;
        pooled += counts[i];
      } else {
        statistic += square(counts[i] - expected) / expected;
        classes++;
      }
    }
    if (pooledExpected >= LEAST_EXPECTED) {
      statistic += square(pooled - pooledExpected) / pooledExpected;
      classes++;
    }
    int freedom = Math.max(1, classes - 1);
    return (statistic - freedom) / Math.sqrt(2.0 * freedom);
  }

  private static double square(double x) {
    return x * x;
  }
}
