package dev.sluice.engine.cpu.simd;

/**
 * How a tiled matrix packs the values of a row into 32-bit lanes.
 *
 * <p>The scaled formats hold unsigned codes {@code u}; a value is {@code fma(scale, 1 + u / 2^b,
 * bias)}. The term {@code 1 + u / 2^b} is the code's bits laid into the mantissa of 1.0f, so no
 * integer is ever converted to a float.
 */
public enum TileFormat {
  /** Eight 4-bit codes a lane, b = 7: every even code falls into the mantissa without a shift. */
  Q4(8, 7),
  /** Four 8-bit codes a lane, b = 8. */
  U8(4, 8),
  /** Two bfloat16 a lane, the even one low. */
  BF16(2, 0),
  /** One float32 a lane. */
  F32(1, 0);

  private final int valuesPerLane;
  private final int scaleBits;

  TileFormat(int valuesPerLane, int scaleBits) {
    this.valuesPerLane = valuesPerLane;
    this.scaleBits = scaleBits;
  }

  /** Values along K in one 32-bit lane. */
  public int valuesPerLane() {
    return valuesPerLane;
  }

  /** Whether values are codes with a scale and a bias. */
  public boolean isScaled() {
    return scaleBits != 0;
  }

  /**
   * Lowest bit of the {@code i}-th code in a lane: even codes fill the upper half, odd ones the
   * lower, so that a kernel takes two at a time and then moves the whole lane on.
   */
  public int codeShift(int i) {
    return (i % 2 == 0 ? 16 : 0) + i / 2 * (32 / valuesPerLane);
  }

  /** The factor 2^b that a code's step is multiplied by to make the stored scale. */
  public float scaleFactor() {
    return 1 << scaleBits;
  }
}
