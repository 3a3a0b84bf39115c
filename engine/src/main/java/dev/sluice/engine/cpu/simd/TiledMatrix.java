package dev.sluice.engine.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * A weight matrix {@code [rows, columns]} laid out for kernels that keep output rows in the lanes.
 *
 * <p>A tile holds 16 consecutive rows, whatever the vector width, and all their columns. It is a
 * sequence of 64-byte lines with one 32-bit lane per row:
 *
 * <pre>
 * scaled formats, per block of {@code blockValues} columns:
 *   line of 16 scales, line of 16 biases, blockValues / valuesPerLane lines of codes
 * others: columns / valuesPerLane lines of values
 * </pre>
 *
 * Rows are padded to whole tiles with zeros. The layout and hence the order of every sum along K
 * depend neither on the machine nor on the number of rows computed at a time.
 */
public final class TiledMatrix {
  /** Rows of a tile. */
  public static final int TILE_ROWS = 16;

  /** Bytes of a line: one 32-bit lane per row of the tile. */
  public static final int LINE_BYTES = 4 * TILE_ROWS;

  /** Bytes of a block's scales and biases. */
  public static final int HEADER_BYTES = 2 * LINE_BYTES;

  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TileFormat format;
  private final int blockValues;
  private final int rows;
  private final int columns;
  private final MemorySegment data;
  private final long tileBytes;

  /**
   * A matrix over memory of {@link #byteSize} bytes.
   *
   * @param blockValues columns that share a scale and a bias; 16 or 32, ignored if not scaled
   */
  public TiledMatrix(
      TileFormat format, int blockValues, int rows, int columns, MemorySegment data) {
    this.format = format;
    this.blockValues = blockValues;
    this.rows = rows;
    this.columns = columns;
    this.data = data;
    this.tileBytes = tileBytes(format, blockValues, columns);
    if (data.byteSize() != tileBytes * tileCount()) {
      throw new IllegalArgumentException(
          "a matrix of %d × %d in %s takes %d bytes, not %d"
              .formatted(rows, columns, format, tileBytes * tileCount(), data.byteSize()));
    }
  }

  /** Bytes that a matrix takes, a multiple of {@link #LINE_BYTES}. */
  public static long byteSize(TileFormat format, int blockValues, int rows, int columns) {
    return tileBytes(format, blockValues, columns) * tileCount(rows);
  }

  private static long tileBytes(TileFormat format, int blockValues, int columns) {
    int unit = format.isScaled() ? blockValues : format.valuesPerLane();
    if (columns % unit != 0) {
      throw new IllegalArgumentException(
          columns + " columns are not a multiple of " + unit + ", as " + format + " needs");
    }
    long lines = columns / format.valuesPerLane();
    long headers = format.isScaled() ? columns / blockValues : 0;
    return lines * LINE_BYTES + headers * HEADER_BYTES;
  }

  private static int tileCount(int rows) {
    return (rows + TILE_ROWS - 1) / TILE_ROWS;
  }

  public TileFormat format() {
    return format;
  }

  public int blockValues() {
    return blockValues;
  }

  /** Bytes of one block: its header and its codes. */
  public int blockBytes() {
    return HEADER_BYTES + blockValues / format.valuesPerLane() * LINE_BYTES;
  }

  public int rows() {
    return rows;
  }

  public int columns() {
    return columns;
  }

  /** Rows rounded up to whole tiles. */
  public int paddedRows() {
    return tileCount() * TILE_ROWS;
  }

  public int tileCount() {
    return tileCount(rows);
  }

  public long tileBytes() {
    return tileBytes;
  }

  public MemorySegment data() {
    return data;
  }

  /** Writes a row's values to {@code out[outOffset ..]}, with the very bits that kernels use. */
  public void dequantizeRow(int row, float[] out, int outOffset) {
    long base = (row / TILE_ROWS) * tileBytes + (row % TILE_ROWS) * 4L;
    switch (format) {
      case Q4 -> dequantizeCodes(base, out, outOffset, 4, 16);
      case U8 -> dequantizeCodes(base, out, outOffset, 8, 15);
      case BF16 -> dequantizeBf16(base, out, outOffset);
      case F32 -> dequantizeF32(base, out, outOffset);
    }
  }

  private void dequantizeCodes(long base, float[] out, int outOffset, int bits, int mantissaBit) {
    int mask = (1 << bits) - 1;
    int perLane = format.valuesPerLane();
    for (int k = 0; k < columns; k++) {
      long block = base + (long) (k / blockValues) * blockBytes();
      float scale = data.get(FLOAT, block);
      float bias = data.get(FLOAT, block + LINE_BYTES);
      int line = k % blockValues / perLane;
      int lane = data.get(INT, block + HEADER_BYTES + (long) line * LINE_BYTES);
      int code = (lane >>> format.codeShift(k % perLane)) & mask;
      float unit = Float.intBitsToFloat(0x3f800000 | (code << mantissaBit));
      out[outOffset + k] = Math.fma(scale, unit, bias);
    }
  }

  private void dequantizeBf16(long base, float[] out, int outOffset) {
    for (int k = 0; k < columns; k += 2) {
      int pair = data.get(INT, base + (long) (k / 2) * LINE_BYTES);
      out[outOffset + k] = Float.intBitsToFloat(pair << 16);
      out[outOffset + k + 1] = Float.intBitsToFloat(pair & 0xffff0000);
    }
  }

  private void dequantizeF32(long base, float[] out, int outOffset) {
    for (int k = 0; k < columns; k++) {
      out[outOffset + k] = data.get(FLOAT, base + (long) k * LINE_BYTES);
    }
  }
}
