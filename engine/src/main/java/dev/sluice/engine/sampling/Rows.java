package dev.sluice.engine.sampling;

/** Plain loops over one row of numbers, shaped so that the compiler vectorises them. */
final class Rows {
  private Rows() {}

  static float max(float[] values, int from, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + count; i++) {
      max = Math.max(max, values[i]);
    }
    return max;
  }

  /** Index of the largest value, relative to {@code from}; the first of equals. */
  static int argMax(float[] values, int from, int count) {
    float max = max(values, from, count);
    int index = 0;
    while (values[from + index] != max) {
      index++;
    }
    return index;
  }

  /** The largest magnitude; NaN if there is one. */
  static float maxMagnitude(float[] values, int from, int count) {
    float max = 0;
    for (int i = from; i < from + count; i++) {
      max = Math.max(max, Math.abs(values[i]));
    }
    return max;
  }

  /** The sum of {@code values[from..to)} over four running sums, in this order always. */
  static double sum(double[] values, int from, int to) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = from;
    for (; i <= to - 4; i += 4) {
      sum0 += values[i];
      sum1 += values[i + 1];
      sum2 += values[i + 2];
      sum3 += values[i + 3];
    }
    for (; i < to; i++) {
      sum0 += values[i];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }
}
