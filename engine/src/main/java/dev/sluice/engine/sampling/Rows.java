package dev.sluice.engine.sampling;

/** Plain loops over one row of numbers, shaped so that the compiler vectorises them. */
final class Rows {
  /** The search for a value's place has no vector form, so it is left to one block. */
  private static final int BLOCK = 1024;

  private Rows() {}

  /** The largest value; adding 0 is what makes the compiler find the loop worth vectorising. */
  static float max(float[] values, int from, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = from; i < from + count; i++) {
      max = Math.max(max, values[i] + 0f);
    }
    return max;
  }

  /** Index of the largest value, relative to {@code from}; the first of equals. */
  static int argMax(float[] values, int from, int count) {
    float max = Float.NEGATIVE_INFINITY;
    int index = from; // the start of the first block with the largest value, then its place
    for (int block = from; block < from + count; block += BLOCK) {
      float blockMax = max(values, block, Math.min(BLOCK, from + count - block));
      if (blockMax > max) {
        max = blockMax;
        index = block;
      }
    }
    while (values[index] != max) {
      index++;
    }
    return index - from;
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
