package dev.sluice.engine.cpu.simd;

import static dev.sluice.engine.cpu.simd.VectorSupport.FLOATS;
import static dev.sluice.engine.cpu.simd.VectorSupport.INTS;
import static dev.sluice.engine.cpu.simd.VectorSupport.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Products with many tokens: some columns of two vectors of rows are dequantised once into a panel
 * of float32, which then meets all tokens while it is in the cache.
 *
 * <p>Sums that span several panels pass through {@code out}, which keeps their one order.
 */
final class PanelKernels {
  private static final int MASK4 = 0x000f0000;
  private static final int MASK8 = 0x007f8000;
  private static final int ONE = 0x3f800000;
  private static final int LINE = TiledMatrix.LINE_BYTES;
  private static final int HEADER = TiledMatrix.HEADER_BYTES;
  private static final long VECTOR = 4L * LANES;

  private PanelKernels() {}

  /** Rows of vectors {@code begin} to {@code end}, counted over the whole matrix. */
  static void multiply(
      TiledMatrix w,
      int begin,
      int end,
      int tokens,
      float[] x,
      int xStride,
      float[] out,
      int outStride,
      MemorySegment panel) {
    int perTile = TiledMatrix.TILE_ROWS / LANES;
    long tileBytes = w.tileBytes();
    int columns = w.columns();
    for (int i = begin; i < end; i += 2) {
      // An odd last vector is paired with itself.
      int v1 = Math.min(i + 1, end - 1);
      long o0 = i / perTile * tileBytes + i % perTile * 4L * LANES;
      long o1 = v1 / perTile * tileBytes + v1 % perTile * 4L * LANES;
      for (int k = 0; k < columns; k += Scratch.PANEL_COLUMNS) {
        int depth = Math.min(Scratch.PANEL_COLUMNS, columns - k);
        fill(w, o0, o1, k, depth, panel);
        multiplyPanel(
            panel, depth, tokens, x, k, xStride, out, i * LANES, v1 * LANES, outStride, k == 0);
      }
    }
  }

  private static void fill(TiledMatrix w, long o0, long o1, int k, int depth, MemorySegment panel) {
    MemorySegment data = w.data();
    switch (w.format()) {
      case Q4 -> {
        long skipped = (long) (k / 32) * w.blockBytes();
        q4(data, o0 + skipped, o1 + skipped, panel, depth / 32);
      }
      case U8 -> {
        int block = w.blockValues();
        long skipped = (long) (k / block) * w.blockBytes();
        u8(data, o0 + skipped, o1 + skipped, panel, depth / block, block);
      }
      case BF16 -> bf16(data, o0 + k / 2 * (long) LINE, o1 + k / 2 * (long) LINE, panel, depth / 2);
      case F32 -> f32(data, o0 + k * (long) LINE, o1 + k * (long) LINE, panel, depth);
    }
  }

  private static void multiplyPanel(
      MemorySegment panel,
      int depth,
      int tokens,
      float[] x,
      int xOffset,
      int xStride,
      float[] out,
      int y0,
      int y1,
      int outStride,
      boolean first) {
    int t = 0;
    for (; t + 4 <= tokens; t += 4) {
      int xAt = xOffset + t * xStride;
      int yAt = t * outStride;
      four(panel, depth, x, xAt, xStride, out, y0 + yAt, y1 + yAt, outStride, first);
    }
    if (t + 2 <= tokens) {
      int xAt = xOffset + t * xStride;
      int yAt = t * outStride;
      two(panel, depth, x, xAt, xStride, out, y0 + yAt, y1 + yAt, outStride, first);
      t += 2;
    }
    if (t < tokens) {
      int yAt = t * outStride;
      one(panel, depth, x, xOffset + t * xStride, out, y0 + yAt, y1 + yAt, first);
    }
  }

  private static void q4(MemorySegment w, long o0, long o1, MemorySegment panel, int blocks) {
    long to = 0;
    long at = 0;
    for (int b = 0; b < blocks; b++) {
      FloatVector s0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at, LITTLE_ENDIAN);
      FloatVector m0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at + LINE, LITTLE_ENDIAN);
      FloatVector s1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at, LITTLE_ENDIAN);
      FloatVector m1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at + LINE, LITTLE_ENDIAN);
      at += HEADER;
      for (int g = 0; g < 4; g++) {
        IntVector q0 = IntVector.fromMemorySegment(INTS, w, o0 + at, LITTLE_ENDIAN);
        IntVector q1 = IntVector.fromMemorySegment(INTS, w, o1 + at, LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++) {
          q0.and(MASK4)
              .or(ONE)
              .reinterpretAsFloats()
              .fma(s0, m0)
              .intoMemorySegment(panel, to, LITTLE_ENDIAN);
          q1.and(MASK4)
              .or(ONE)
              .reinterpretAsFloats()
              .fma(s1, m1)
              .intoMemorySegment(panel, to + 1 * VECTOR, LITTLE_ENDIAN);
          q0.lanewise(LSHL, 16)
              .and(MASK4)
              .or(ONE)
              .reinterpretAsFloats()
              .fma(s0, m0)
              .intoMemorySegment(panel, to + 2 * VECTOR, LITTLE_ENDIAN);
          q1.lanewise(LSHL, 16)
              .and(MASK4)
              .or(ONE)
              .reinterpretAsFloats()
              .fma(s1, m1)
              .intoMemorySegment(panel, to + 3 * VECTOR, LITTLE_ENDIAN);
          q0 = q0.lanewise(LSHR, 4);
          q1 = q1.lanewise(LSHR, 4);
          to += 4 * VECTOR;
        }
        at += LINE;
      }
    }
  }

  private static void u8(
      MemorySegment w, long o0, long o1, MemorySegment panel, int blocks, int blockValues) {
    long to = 0;
    long at = 0;
    int lines = blockValues / 4;
    for (int b = 0; b < blocks; b++) {
      FloatVector s0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at, LITTLE_ENDIAN);
      FloatVector m0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at + LINE, LITTLE_ENDIAN);
      FloatVector s1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at, LITTLE_ENDIAN);
      FloatVector m1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at + LINE, LITTLE_ENDIAN);
      at += HEADER;
      for (int g = 0; g < lines; g++) {
        IntVector q0 = IntVector.fromMemorySegment(INTS, w, o0 + at, LITTLE_ENDIAN);
        IntVector q1 = IntVector.fromMemorySegment(INTS, w, o1 + at, LITTLE_ENDIAN);
        for (int i = 0; i < 2; i++) {
          q0.lanewise(LSHR, 1)
              .and(MASK8)
              .or(ONE)
              .reinterpretAsFloats()
              .fma(s0, m0)
              .intoMemorySegment(panel, to, LITTLE_ENDIAN);
          q1.lanewise(LSHR, 1)
              .and(MASK8)
              .or(ONE)
              .reinterpretAsFloats()
              .fma(s1, m1)
              .intoMemorySegment(panel, to + 1 * VECTOR, LITTLE_ENDIAN);
          q0.lanewise(LSHL, 15)
              .and(MASK8)
              .or(ONE)
              .reinterpretAsFloats()
              .fma(s0, m0)
              .intoMemorySegment(panel, to + 2 * VECTOR, LITTLE_ENDIAN);
          q1.lanewise(LSHL, 15)
              .and(MASK8)
              .or(ONE)
              .reinterpretAsFloats()
              .fma(s1, m1)
              .intoMemorySegment(panel, to + 3 * VECTOR, LITTLE_ENDIAN);
          q0 = q0.lanewise(LSHR, 8);
          q1 = q1.lanewise(LSHR, 8);
          to += 4 * VECTOR;
        }
        at += LINE;
      }
    }
  }

  private static void bf16(MemorySegment w, long o0, long o1, MemorySegment panel, int pairs) {
    for (int p = 0; p < pairs; p++) {
      long at = (long) p * LINE;
      long to = (long) p * 4 * VECTOR;
      IntVector q0 = IntVector.fromMemorySegment(INTS, w, o0 + at, LITTLE_ENDIAN);
      IntVector q1 = IntVector.fromMemorySegment(INTS, w, o1 + at, LITTLE_ENDIAN);
      q0.lanewise(LSHL, 16).reinterpretAsFloats().intoMemorySegment(panel, to, LITTLE_ENDIAN);
      q1.lanewise(LSHL, 16)
          .reinterpretAsFloats()
          .intoMemorySegment(panel, to + 1 * VECTOR, LITTLE_ENDIAN);
      q0.and(0xffff0000)
          .reinterpretAsFloats()
          .intoMemorySegment(panel, to + 2 * VECTOR, LITTLE_ENDIAN);
      q1.and(0xffff0000)
          .reinterpretAsFloats()
          .intoMemorySegment(panel, to + 3 * VECTOR, LITTLE_ENDIAN);
    }
  }

  private static void f32(MemorySegment w, long o0, long o1, MemorySegment panel, int columns) {
    for (int k = 0; k < columns; k++) {
      long at = (long) k * LINE;
      long to = (long) k * 2 * VECTOR;
      FloatVector.fromMemorySegment(FLOATS, w, o0 + at, LITTLE_ENDIAN)
          .intoMemorySegment(panel, to, LITTLE_ENDIAN);
      FloatVector.fromMemorySegment(FLOATS, w, o1 + at, LITTLE_ENDIAN)
          .intoMemorySegment(panel, to + VECTOR, LITTLE_ENDIAN);
    }
  }

  private static void one(
      MemorySegment panel,
      int depth,
      float[] x,
      int xOffset,
      float[] out,
      int y0,
      int y1,
      boolean first) {
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    if (!first) {
      a00 = FloatVector.fromArray(FLOATS, out, y0);
      a01 = FloatVector.fromArray(FLOATS, out, y1);
    }
    for (int k = 0; k < depth; k++) {
      long at = (long) k * 2 * VECTOR;
      FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, panel, at, LITTLE_ENDIAN);
      FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, panel, at + VECTOR, LITTLE_ENDIAN);
      FloatVector f0 = FloatVector.broadcast(FLOATS, x[xOffset + k]);
      a00 = w0.fma(f0, a00);
      a01 = w1.fma(f0, a01);
    }
    a00.intoArray(out, y0);
    a01.intoArray(out, y1);
  }

  private static void two(
      MemorySegment panel,
      int depth,
      float[] x,
      int xOffset,
      int xStride,
      float[] out,
      int y0,
      int y1,
      int outStride,
      boolean first) {
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    if (!first) {
      a00 = FloatVector.fromArray(FLOATS, out, y0);
      a01 = FloatVector.fromArray(FLOATS, out, y1);
      a10 = FloatVector.fromArray(FLOATS, out, y0 + 1 * outStride);
      a11 = FloatVector.fromArray(FLOATS, out, y1 + 1 * outStride);
    }
    int x1 = xOffset + 1 * xStride;
    for (int k = 0; k < depth; k++) {
      long at = (long) k * 2 * VECTOR;
      FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, panel, at, LITTLE_ENDIAN);
      FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, panel, at + VECTOR, LITTLE_ENDIAN);
      FloatVector f0 = FloatVector.broadcast(FLOATS, x[xOffset + k]);
      a00 = w0.fma(f0, a00);
      a01 = w1.fma(f0, a01);
      FloatVector f1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
      a10 = w0.fma(f1, a10);
      a11 = w1.fma(f1, a11);
    }
    a00.intoArray(out, y0);
    a01.intoArray(out, y1);
    a10.intoArray(out, y0 + 1 * outStride);
    a11.intoArray(out, y1 + 1 * outStride);
  }

  private static void four(
      MemorySegment panel,
      int depth,
      float[] x,
      int xOffset,
      int xStride,
      float[] out,
      int y0,
      int y1,
      int outStride,
      boolean first) {
    FloatVector a00 = FloatVector.zero(FLOATS);
    FloatVector a01 = FloatVector.zero(FLOATS);
    FloatVector a10 = FloatVector.zero(FLOATS);
    FloatVector a11 = FloatVector.zero(FLOATS);
    FloatVector a20 = FloatVector.zero(FLOATS);
    FloatVector a21 = FloatVector.zero(FLOATS);
    FloatVector a30 = FloatVector.zero(FLOATS);
    FloatVector a31 = FloatVector.zero(FLOATS);
    if (!first) {
      a00 = FloatVector.fromArray(FLOATS, out, y0);
      a01 = FloatVector.fromArray(FLOATS, out, y1);
      a10 = FloatVector.fromArray(FLOATS, out, y0 + 1 * outStride);
      a11 = FloatVector.fromArray(FLOATS, out, y1 + 1 * outStride);
      a20 = FloatVector.fromArray(FLOATS, out, y0 + 2 * outStride);
      a21 = FloatVector.fromArray(FLOATS, out, y1 + 2 * outStride);
      a30 = FloatVector.fromArray(FLOATS, out, y0 + 3 * outStride);
      a31 = FloatVector.fromArray(FLOATS, out, y1 + 3 * outStride);
    }
    int x1 = xOffset + 1 * xStride;
    int x2 = xOffset + 2 * xStride;
    int x3 = xOffset + 3 * xStride;
    for (int k = 0; k < depth; k++) {
      long at = (long) k * 2 * VECTOR;
      FloatVector w0 = FloatVector.fromMemorySegment(FLOATS, panel, at, LITTLE_ENDIAN);
      FloatVector w1 = FloatVector.fromMemorySegment(FLOATS, panel, at + VECTOR, LITTLE_ENDIAN);
      FloatVector f0 = FloatVector.broadcast(FLOATS, x[xOffset + k]);
      a00 = w0.fma(f0, a00);
      a01 = w1.fma(f0, a01);
      FloatVector f1 = FloatVector.broadcast(FLOATS, x[x1 + k]);
      a10 = w0.fma(f1, a10);
      a11 = w1.fma(f1, a11);
      FloatVector f2 = FloatVector.broadcast(FLOATS, x[x2 + k]);
      a20 = w0.fma(f2, a20);
      a21 = w1.fma(f2, a21);
      FloatVector f3 = FloatVector.broadcast(FLOATS, x[x3 + k]);
      a30 = w0.fma(f3, a30);
      a31 = w1.fma(f3, a31);
    }
    a00.intoArray(out, y0);
    a01.intoArray(out, y1);
    a10.intoArray(out, y0 + 1 * outStride);
    a11.intoArray(out, y1 + 1 * outStride);
    a20.intoArray(out, y0 + 2 * outStride);
    a21.intoArray(out, y1 + 2 * outStride);
    a30.intoArray(out, y0 + 3 * outStride);
    a31.intoArray(out, y1 + 3 * outStride);
  }
}
