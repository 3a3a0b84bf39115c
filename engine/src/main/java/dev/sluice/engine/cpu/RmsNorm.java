package dev.sluice.engine.cpu;

/** Root-mean-square normalisation (Zhang and Sennrich, arXiv 1910.07467) in one fixed order. */
final class RmsNorm {
  private RmsNorm() {}

  /**
   * {@code out[i] = x[i] / rms(x) · weight[i]}; in place if the arrays and offsets are the same.
   */
  static void apply(
      float[] x, int xOffset, float[] weight, float epsilon, float[] out, int outOffset) {
    int count = weight.length;
    float mean = sumOfSquares(x, xOffset, count) / count;
    float scale = (float) (1.0 / Math.sqrt(mean + epsilon));
    for (int i = 0; i < count; i++) {
      out[outOffset + i] = x[xOffset + i] * scale * weight[i];
    }
  }

  /** Four chains of sums, so that the processor need not wait for each addition. */
  private static float sumOfSquares(float[] x, int offset, int count) {
    float a = 0f;
    float b = 0f;
    float c = 0f;
    float d = 0f;
    int i = offset;
    int end = offset + count;
    for (; i + 4 <= end; i += 4) {
      a = Math.fma(x[i], x[i], a);
      b = Math.fma(x[i + 1], x[i + 1], b);
      c = Math.fma(x[i + 2], x[i + 2], c);
      d = Math.fma(x[i + 3], x[i + 3], d);
    }
    for (; i < end; i++) {
      a = Math.fma(x[i], x[i], a);
    }
    return (a + c) + (b + d);
  }
}
