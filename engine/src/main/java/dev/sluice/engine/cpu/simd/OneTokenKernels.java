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
 * Products with one token: weights go from memory through the decoder straight into the sums.
 *
 * <p>Four vectors of rows are in flight, which hides the latency of the one chain of additions that
 * each has. Loop bodies are small, two codes of each vector at a time: C2 spills most of the
 * registers of larger ones, and calls helper methods instead of inlining them.
 */
final class OneTokenKernels {
  private static final int MASK4 = 0x000f0000;
  private static final int MASK8 = 0x007f8000;
  private static final int ONE = 0x3f800000;
  private static final int LINE = TiledMatrix.LINE_BYTES;
  private static final int HEADER = TiledMatrix.HEADER_BYTES;

  private OneTokenKernels() {}

  /** Rows of vectors {@code begin} to {@code end}, counted over the whole matrix. */
  static void multiply(
      TiledMatrix w, int begin, int end, float[] x, int xOffset, float[] out, int outOffset) {
    int perTile = TiledMatrix.TILE_ROWS / LANES;
    long tileBytes = w.tileBytes();
    for (int i = begin; i < end; i += 4) {
      // A group that is cut short computes its last vector several times.
      int v1 = Math.min(i + 1, end - 1);
      int v2 = Math.min(i + 2, end - 1);
      int v3 = Math.min(i + 3, end - 1);
      long o0 = i / perTile * tileBytes + i % perTile * 4L * LANES;
      long o1 = v1 / perTile * tileBytes + v1 % perTile * 4L * LANES;
      long o2 = v2 / perTile * tileBytes + v2 % perTile * 4L * LANES;
      long o3 = v3 / perTile * tileBytes + v3 % perTile * 4L * LANES;
      int y0 = outOffset + i * LANES;
      int y1 = outOffset + v1 * LANES;
      int y2 = outOffset + v2 * LANES;
      int y3 = outOffset + v3 * LANES;
      MemorySegment data = w.data();
      int columns = w.columns();
      switch (w.format()) {
        case Q4 -> q4(data, o0, o1, o2, o3, x, xOffset, out, y0, y1, y2, y3, columns / 32);
        case U8 -> {
          int block = w.blockValues();
          int blocks = columns / block;
          u8(data, o0, o1, o2, o3, x, xOffset, out, y0, y1, y2, y3, blocks, block);
        }
        case BF16 -> bf16(data, o0, o1, o2, o3, x, xOffset, out, y0, y1, y2, y3, columns / 2);
        case F32 -> f32(data, o0, o1, o2, o3, x, xOffset, out, y0, y1, y2, y3, columns);
      }
    }
  }

  private static void q4(
      MemorySegment w,
      long o0,
      long o1,
      long o2,
      long o3,
      float[] x,
      int xOffset,
      float[] out,
      int y0,
      int y1,
      int y2,
      int y3,
      int blocks) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    int k = xOffset;
    long at = 0;
    for (int b = 0; b < blocks; b++) {
      FloatVector s0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at, LITTLE_ENDIAN);
      FloatVector m0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at + LINE, LITTLE_ENDIAN);
      FloatVector s1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at, LITTLE_ENDIAN);
      FloatVector m1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at + LINE, LITTLE_ENDIAN);
      FloatVector s2 = FloatVector.fromMemorySegment(FLOATS, w, o2 + at, LITTLE_ENDIAN);
      FloatVector m2 = FloatVector.fromMemorySegment(FLOATS, w, o2 + at + LINE, LITTLE_ENDIAN);
      FloatVector s3 = FloatVector.fromMemorySegment(FLOATS, w, o3 + at, LITTLE_ENDIAN);
      FloatVector m3 = FloatVector.fromMemorySegment(FLOATS, w, o3 + at + LINE, LITTLE_ENDIAN);
      at += HEADER;
      for (int g = 0; g < 4; g++) {
        IntVector q0 = IntVector.fromMemorySegment(INTS, w, o0 + at, LITTLE_ENDIAN);
        IntVector q1 = IntVector.fromMemorySegment(INTS, w, o1 + at, LITTLE_ENDIAN);
        IntVector q2 = IntVector.fromMemorySegment(INTS, w, o2 + at, LITTLE_ENDIAN);
        IntVector q3 = IntVector.fromMemorySegment(INTS, w, o3 + at, LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++) {
          FloatVector f = FloatVector.broadcast(FLOATS, x[k]);
          FloatVector h = FloatVector.broadcast(FLOATS, x[k + 1]);
          a0 = q0.and(MASK4).or(ONE).reinterpretAsFloats().fma(s0, m0).fma(f, a0);
          a1 = q1.and(MASK4).or(ONE).reinterpretAsFloats().fma(s1, m1).fma(f, a1);
          a2 = q2.and(MASK4).or(ONE).reinterpretAsFloats().fma(s2, m2).fma(f, a2);
          a3 = q3.and(MASK4).or(ONE).reinterpretAsFloats().fma(s3, m3).fma(f, a3);
          a0 =
              q0.lanewise(LSHL, 16).and(MASK4).or(ONE).reinterpretAsFloats().fma(s0, m0).fma(h, a0);
          a1 =
              q1.lanewise(LSHL, 16).and(MASK4).or(ONE).reinterpretAsFloats().fma(s1, m1).fma(h, a1);
          a2 =
              q2.lanewise(LSHL, 16).and(MASK4).or(ONE).reinterpretAsFloats().fma(s2, m2).fma(h, a2);
          a3 =
              q3.lanewise(LSHL, 16).and(MASK4).or(ONE).reinterpretAsFloats().fma(s3, m3).fma(h, a3);
          q0 = q0.lanewise(LSHR, 4);
          q1 = q1.lanewise(LSHR, 4);
          q2 = q2.lanewise(LSHR, 4);
          q3 = q3.lanewise(LSHR, 4);
          k += 2;
        }
        at += LINE;
      }
    }
    a0.intoArray(out, y0);
    a1.intoArray(out, y1);
    a2.intoArray(out, y2);
    a3.intoArray(out, y3);
  }

  private static void u8(
      MemorySegment w,
      long o0,
      long o1,
      long o2,
      long o3,
      float[] x,
      int xOffset,
      float[] out,
      int y0,
      int y1,
      int y2,
      int y3,
      int blocks,
      int blockValues) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    int k = xOffset;
    long at = 0;
    int lines = blockValues / 4;
    for (int b = 0; b < blocks; b++) {
      FloatVector s0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at, LITTLE_ENDIAN);
      FloatVector m0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at + LINE, LITTLE_ENDIAN);
      FloatVector s1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at, LITTLE_ENDIAN);
      FloatVector m1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at + LINE, LITTLE_ENDIAN);
      FloatVector s2 = FloatVector.fromMemorySegment(FLOATS, w, o2 + at, LITTLE_ENDIAN);
      FloatVector m2 = FloatVector.fromMemorySegment(FLOATS, w, o2 + at + LINE, LITTLE_ENDIAN);
      FloatVector s3 = FloatVector.fromMemorySegment(FLOATS, w, o3 + at, LITTLE_ENDIAN);
      FloatVector m3 = FloatVector.fromMemorySegment(FLOATS, w, o3 + at + LINE, LITTLE_ENDIAN);
      at += HEADER;
      for (int g = 0; g < lines; g++) {
        IntVector q0 = IntVector.fromMemorySegment(INTS, w, o0 + at, LITTLE_ENDIAN);
        IntVector q1 = IntVector.fromMemorySegment(INTS, w, o1 + at, LITTLE_ENDIAN);
        IntVector q2 = IntVector.fromMemorySegment(INTS, w, o2 + at, LITTLE_ENDIAN);
        IntVector q3 = IntVector.fromMemorySegment(INTS, w, o3 + at, LITTLE_ENDIAN);
        FloatVector f = FloatVector.broadcast(FLOATS, x[k]);
        a0 = q0.lanewise(LSHR, 1).and(MASK8).or(ONE).reinterpretAsFloats().fma(s0, m0).fma(f, a0);
        a1 = q1.lanewise(LSHR, 1).and(MASK8).or(ONE).reinterpretAsFloats().fma(s1, m1).fma(f, a1);
        a2 = q2.lanewise(LSHR, 1).and(MASK8).or(ONE).reinterpretAsFloats().fma(s2, m2).fma(f, a2);
        a3 = q3.lanewise(LSHR, 1).and(MASK8).or(ONE).reinterpretAsFloats().fma(s3, m3).fma(f, a3);
        f = FloatVector.broadcast(FLOATS, x[k + 1]);
        a0 = q0.lanewise(LSHL, 15).and(MASK8).or(ONE).reinterpretAsFloats().fma(s0, m0).fma(f, a0);
        a1 = q1.lanewise(LSHL, 15).and(MASK8).or(ONE).reinterpretAsFloats().fma(s1, m1).fma(f, a1);
        a2 = q2.lanewise(LSHL, 15).and(MASK8).or(ONE).reinterpretAsFloats().fma(s2, m2).fma(f, a2);
        a3 = q3.lanewise(LSHL, 15).and(MASK8).or(ONE).reinterpretAsFloats().fma(s3, m3).fma(f, a3);
        f = FloatVector.broadcast(FLOATS, x[k + 2]);
        a0 = q0.lanewise(LSHR, 9).and(MASK8).or(ONE).reinterpretAsFloats().fma(s0, m0).fma(f, a0);
        a1 = q1.lanewise(LSHR, 9).and(MASK8).or(ONE).reinterpretAsFloats().fma(s1, m1).fma(f, a1);
        a2 = q2.lanewise(LSHR, 9).and(MASK8).or(ONE).reinterpretAsFloats().fma(s2, m2).fma(f, a2);
        a3 = q3.lanewise(LSHR, 9).and(MASK8).or(ONE).reinterpretAsFloats().fma(s3, m3).fma(f, a3);
        f = FloatVector.broadcast(FLOATS, x[k + 3]);
        a0 = q0.lanewise(LSHL, 7).and(MASK8).or(ONE).reinterpretAsFloats().fma(s0, m0).fma(f, a0);
        a1 = q1.lanewise(LSHL, 7).and(MASK8).or(ONE).reinterpretAsFloats().fma(s1, m1).fma(f, a1);
        a2 = q2.lanewise(LSHL, 7).and(MASK8).or(ONE).reinterpretAsFloats().fma(s2, m2).fma(f, a2);
        a3 = q3.lanewise(LSHL, 7).and(MASK8).or(ONE).reinterpretAsFloats().fma(s3, m3).fma(f, a3);
        k += 4;
        at += LINE;
      }
    }
    a0.intoArray(out, y0);
    a1.intoArray(out, y1);
    a2.intoArray(out, y2);
    a3.intoArray(out, y3);
  }

  private static void bf16(
      MemorySegment w,
      long o0,
      long o1,
      long o2,
      long o3,
      float[] x,
      int xOffset,
      float[] out,
      int y0,
      int y1,
      int y2,
      int y3,
      int pairs) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    for (int p = 0; p < pairs; p++) {
      long at = (long) p * LINE;
      int k = xOffset + 2 * p;
      IntVector q0 = IntVector.fromMemorySegment(INTS, w, o0 + at, LITTLE_ENDIAN);
      IntVector q1 = IntVector.fromMemorySegment(INTS, w, o1 + at, LITTLE_ENDIAN);
      IntVector q2 = IntVector.fromMemorySegment(INTS, w, o2 + at, LITTLE_ENDIAN);
      IntVector q3 = IntVector.fromMemorySegment(INTS, w, o3 + at, LITTLE_ENDIAN);
      FloatVector f0 = FloatVector.broadcast(FLOATS, x[k]);
      a0 = q0.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, a0);
      a1 = q1.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, a1);
      a2 = q2.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, a2);
      a3 = q3.lanewise(LSHL, 16).reinterpretAsFloats().fma(f0, a3);
      FloatVector f1 = FloatVector.broadcast(FLOATS, x[k + 1]);
      a0 = q0.and(0xffff0000).reinterpretAsFloats().fma(f1, a0);
      a1 = q1.and(0xffff0000).reinterpretAsFloats().fma(f1, a1);
      a2 = q2.and(0xffff0000).reinterpretAsFloats().fma(f1, a2);
      a3 = q3.and(0xffff0000).reinterpretAsFloats().fma(f1, a3);
    }
    a0.intoArray(out, y0);
    a1.intoArray(out, y1);
    a2.intoArray(out, y2);
    a3.intoArray(out, y3);
  }

  private static void f32(
      MemorySegment w,
      long o0,
      long o1,
      long o2,
      long o3,
      float[] x,
      int xOffset,
      float[] out,
      int y0,
      int y1,
      int y2,
      int y3,
      int columns) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    FloatVector a3 = FloatVector.zero(FLOATS);
    for (int k = 0; k < columns; k++) {
      long at = (long) k * LINE;
      FloatVector f = FloatVector.broadcast(FLOATS, x[xOffset + k]);
      a0 = FloatVector.fromMemorySegment(FLOATS, w, o0 + at, LITTLE_ENDIAN).fma(f, a0);
      a1 = FloatVector.fromMemorySegment(FLOATS, w, o1 + at, LITTLE_ENDIAN).fma(f, a1);
      a2 = FloatVector.fromMemorySegment(FLOATS, w, o2 + at, LITTLE_ENDIAN).fma(f, a2);
      a3 = FloatVector.fromMemorySegment(FLOATS, w, o3 + at, LITTLE_ENDIAN).fma(f, a3);
    }
    a0.intoArray(out, y0);
    a1.intoArray(out, y1);
    a2.intoArray(out, y2);
    a3.intoArray(out, y3);
  }
}
