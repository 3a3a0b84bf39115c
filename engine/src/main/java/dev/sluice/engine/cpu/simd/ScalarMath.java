package dev.sluice.engine.cpu.simd;

/**
 * Elementary functions in plain float32 operations, so that scalar and vector code agree to the
 * bit.
 */
final class ScalarMath {
  static final float LOG2_E = 1.442695f;
  static final float LN2_HIGH = 0.6933594f;
  static final float LN2_LOW = -2.1219444e-4f;

  /** 1.5 · 2^23: adding it rounds to an integer that then lies in the low mantissa bits. */
  static final float ROUNDER = 12582912f;

  static final float EXP_MIN = -87f;
  static final float EXP_MAX = 88f;

  // Minimax coefficients of Cephes' expf on [-ln 2 / 2, ln 2 / 2].
  static final float C6 = 1.9875691e-4f;
  static final float C5 = 1.3981999e-3f;
  static final float C4 = 8.333452e-3f;
  static final float C3 = 4.1665796e-2f;
  static final float C2 = 1.6666666e-1f;
  static final float C1 = 0.5f;

  private ScalarMath() {}

  /**
   * e^x within two units in the last place; 0 below -87 and e^88 above 88. NaN stays NaN.
   *
   * @see VectorMath#exp
   */
  static float exp(float x) {
    if (x < EXP_MIN) {
      return 0f;
    }
    float clamped = x > EXP_MAX ? EXP_MAX : x;
    float shifted = Math.fma(clamped, LOG2_E, ROUNDER);
    float n = shifted - ROUNDER;
    float r = Math.fma(n, -LN2_HIGH, clamped);
    r = Math.fma(n, -LN2_LOW, r);
    float p = Math.fma(C6, r, C5);
    p = Math.fma(p, r, C4);
    p = Math.fma(p, r, C3);
    p = Math.fma(p, r, C2);
    p = Math.fma(p, r, C1);
    p = Math.fma(p, r * r, r) + 1f;
    return p * Float.intBitsToFloat((Float.floatToRawIntBits(shifted) << 23) + 0x3f800000);
  }

  /** The sum of 16 lanes, halved again and again: the order that every implementation uses. */
  static float sum(float[] lanes) {
    for (int half = 8; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        lanes[i] += lanes[i + half];
      }
    }
    return lanes[0];
  }
}
