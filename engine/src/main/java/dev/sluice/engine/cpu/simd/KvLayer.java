package dev.sluice.engine.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One layer's paged keys and values in float32.
 *
 * <p>Keys are transposed inside a block, so that attention scores of neighbouring positions fall
 * into neighbouring lanes; values are not, so that an output's dimensions do.
 *
 * <pre>
 * keys   [block, kvHead, headDim, lanes]      lanes = blockSize rounded up to 16
 * values [block, kvHead, blockSize, headDim]
 * </pre>
 *
 * @param blockSize tokens per block
 * @param kvHeadCount key and value heads
 * @param headDim width of a head
 */
public record KvLayer(
    MemorySegment keys, MemorySegment values, int blockSize, int kvHeadCount, int headDim) {

  private static final ValueLayout.OfFloat FLOAT = TiledMatrix.FLOAT;

  /** Block size rounded up to whole lines of lanes. */
  public static int lanes(int blockSize) {
    return (blockSize + 15) / 16 * 16;
  }

  public int lanes() {
    return lanes(blockSize);
  }

  /** Bytes of one layer's keys. */
  public static long keyBytes(int blockCount, int blockSize, int kvHeadCount, int headDim) {
    return 4L * blockCount * kvHeadCount * headDim * lanes(blockSize);
  }

  /** Bytes of one layer's values. */
  public static long valueBytes(int blockCount, int blockSize, int kvHeadCount, int headDim) {
    return 4L * blockCount * kvHeadCount * headDim * blockSize;
  }

  /** Byte offset of a head's keys {@code [headDim, lanes]} in a block. */
  public long keyOffset(int block, int kvHead) {
    return 4L * ((long) block * kvHeadCount + kvHead) * headDim * lanes();
  }

  /** Byte offset of a head's values {@code [blockSize, headDim]} in a block. */
  public long valueOffset(int block, int kvHead) {
    return 4L * ((long) block * kvHeadCount + kvHead) * headDim * blockSize;
  }

  /** Stores one head's key and value of one token. */
  public void store(
      int slot, int kvHead, float[] key, int keyStart, float[] value, int valueStart) {
    int block = slot / blockSize;
    int offset = slot % blockSize;
    long keyStride = 4L * lanes();
    long keyAt = keyOffset(block, kvHead) + 4L * offset;
    for (int d = 0; d < headDim; d++) {
      keys.set(FLOAT, keyAt + d * keyStride, key[keyStart + d]);
    }
    long valueAt = valueOffset(block, kvHead) + 4L * offset * headDim;
    MemorySegment.copy(value, valueStart, values, FLOAT, valueAt, headDim);
  }
}
