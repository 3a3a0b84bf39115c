package dev.sluice.engine.model;

/**
 * The element formats of weight tensors: how many values a block has and how many bytes it takes.
 */
public enum TensorType {
  F32(1, 4),
  F16(1, 2),
  BF16(1, 2),
  Q8_0(32, 34),
  Q4_0(32, 18),
  Q4_1(32, 20),
  Q5_0(32, 22),
  Q5_1(32, 24),
  Q4_K(256, 144),
  Q5_K(256, 176),
  Q6_K(256, 210);

  private final int blockValues;
  private final int blockBytes;

  TensorType(int blockValues, int blockBytes) {
    this.blockValues = blockValues;
    this.blockBytes = blockBytes;
  }

  /** Values per block. */
  public int blockValues() {
    return blockValues;
  }

  /** Bytes per block. */
  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Bytes of {@code values} values.
   *
   * @throws ArithmeticException if that overflows
   */
  public long byteSize(long values) {
    return Math.multiplyExact(values / blockValues, (long) blockBytes);
  }
}
