package dev.sluice.engine.cpu;

import dev.sluice.engine.cpu.simd.TileFormat;
import dev.sluice.engine.cpu.simd.TiledMatrix;
import dev.sluice.engine.model.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Lays rows of a file's tensor out as tiles; one writer per thread. */
final class TileWriter {
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FILE_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle FILE_SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private final BlockCodes block = new BlockCodes();

  /** The layout that holds a tensor's values, to the bit if they are floats. */
  static TileFormat format(TensorType type, int columns) {
    return switch (type) {
      case Q4_0, Q4_1, Q4_K -> TileFormat.Q4;
      case Q8_0, Q5_0, Q5_1, Q5_K, Q6_K -> TileFormat.U8;
      case BF16 -> columns % 2 == 0 ? TileFormat.BF16 : TileFormat.F32;
      case F32, F16 -> TileFormat.F32;
    };
  }

  /** Values that share a scale in a file format. */
  static int blockValues(TensorType type) {
    return type == TensorType.Q6_K ? 16 : 32;
  }

  /** Writes one row from its bytes in the file. */
  void writeRow(TensorType type, byte[] file, int at, TiledMatrix to, int row) {
    long base = row / TiledMatrix.TILE_ROWS * to.tileBytes() + row % TiledMatrix.TILE_ROWS * 4L;
    switch (to.format()) {
      case Q4, U8 -> writeCodes(type, file, at, to, base);
      case BF16 -> {
        for (int pair = 0; pair < to.columns() / 2; pair++) {
          int bits = (int) FILE_INT.get(file, at + 4 * pair);
          to.data().set(INT, base + (long) pair * TiledMatrix.LINE_BYTES, bits);
        }
      }
      case F32 -> {
        for (int k = 0; k < to.columns(); k++) {
          float value = floatAt(type, file, at, k);
          to.data().set(FLOAT, base + (long) k * TiledMatrix.LINE_BYTES, value);
        }
      }
    }
  }

  private void writeCodes(TensorType type, byte[] file, int at, TiledMatrix to, long base) {
    int blocks = to.columns() / type.blockValues();
    int runValues = to.blockValues();
    int runs = type.blockValues() / runValues;
    long out = base;
    for (int b = 0; b < blocks; b++) {
      block.read(type, file, at + b * type.blockBytes());
      for (int run = 0; run < runs; run++) {
        writeRun(to, out, run, runValues);
        out += to.blockBytes();
      }
    }
  }

  private void writeRun(TiledMatrix to, long out, int run, int runValues) {
    MemorySegment data = to.data();
    float scale = block.steps[run] * to.format().scaleFactor();
    data.set(FLOAT, out, scale);
    data.set(FLOAT, out + TiledMatrix.LINE_BYTES, block.offsets[run] - scale);
    long line = out + TiledMatrix.HEADER_BYTES;
    int perLane = to.format().valuesPerLane();
    for (int k = run * runValues; k < (run + 1) * runValues; k += perLane) {
      data.set(INT, line, perLane == 8 ? eightCodes(k) : fourCodes(k));
      line += TiledMatrix.LINE_BYTES;
    }
  }

  /** Codes in the order of {@link TileFormat#codeShift}. */
  private int eightCodes(int k) {
    byte[] codes = block.codes;
    int even = codes[k] | (codes[k + 2] << 4) | (codes[k + 4] << 8) | (codes[k + 6] << 12);
    int odd = codes[k + 1] | (codes[k + 3] << 4) | (codes[k + 5] << 8) | (codes[k + 7] << 12);
    return odd | (even << 16);
  }

  private int fourCodes(int k) {
    byte[] codes = block.codes;
    int even = (codes[k] & 0xff) | ((codes[k + 2] & 0xff) << 8);
    int odd = (codes[k + 1] & 0xff) | ((codes[k + 3] & 0xff) << 8);
    return odd | (even << 16);
  }

  /** A value of an unquantised tensor's row. */
  static float floatAt(TensorType type, byte[] file, int at, int k) {
    return switch (type) {
      case F32 -> Float.intBitsToFloat((int) FILE_INT.get(file, at + 4 * k));
      case F16 -> Float.float16ToFloat((short) FILE_SHORT.get(file, at + 2 * k));
      case BF16 -> Float.intBitsToFloat((short) FILE_SHORT.get(file, at + 2 * k) << 16);
      default -> throw new IllegalArgumentException(type + " is not a float format");
    };
  }
}
