package dev.sluice.engine.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The reference for every block format: its values as 32-bit floats, one block at a time.
 *
 * <p>Formats as in ggml: a block holds a scale {@code d} (and a minimum {@code m}, or scales of
 * sub-blocks) in 16-bit floats and the quants. Backends have their own layouts; this is what they
 * are checked against.
 */
public final class Dequantizer {
  private static final int BLOCK = 32;
  private static final int SUPER_BLOCK = 256;

  /** Adding it changes no value; adding +0 would turn -0 into +0. */
  private static final float NO_MINIMUM = -0f;

  private Dequantizer() {}

  /**
   * Writes {@code count} values, a whole number of blocks.
   *
   * @param source blocks of {@code type}, beginning at {@code sourceOffset}; of any alignment
   * @throws IllegalArgumentException if {@code count} is not a whole number of blocks
   * @throws IndexOutOfBoundsException if either end has no room for them
   */
  public static void dequantize(
      TensorType type,
      MemorySegment source,
      long sourceOffset,
      float[] destination,
      int destinationOffset,
      int count) {
    if (count % type.blockValues() != 0) {
      throw new IllegalArgumentException(
          count + " values are not a whole number of " + type + " blocks of " + type.blockValues());
    }
    for (int done = 0; done < count; done += type.blockValues()) {
      block(
          type, source, sourceOffset + type.byteSize(done), destination, destinationOffset + done);
    }
  }

  private static void block(TensorType type, MemorySegment s, long at, float[] out, int o) {
    switch (type) {
      case F32 -> out[o] = s.get(JAVA_FLOAT_UNALIGNED, at);
      case F16 -> out[o] = half(s, at);
      case BF16 -> out[o] = Float.intBitsToFloat(s.get(JAVA_SHORT_UNALIGNED, at) << 16);
      case Q8_0 -> q8(s, at, out, o);
      case Q4_0 -> q4(s, at + 2, half(s, at), -8, NO_MINIMUM, out, o);
      case Q4_1 -> q4(s, at + 4, half(s, at), 0, half(s, at + 2), out, o);
      case Q5_0 -> q5(s, at + 2, half(s, at), -16, NO_MINIMUM, out, o);
      case Q5_1 -> q5(s, at + 4, half(s, at), 0, half(s, at + 2), out, o);
      case Q4_K -> q4k(s, at, out, o);
      case Q5_K -> q5k(s, at, out, o);
      case Q6_K -> q6k(s, at, out, o);
    }
  }

  private static float half(MemorySegment s, long at) {
    return Float.float16ToFloat(s.get(JAVA_SHORT_UNALIGNED, at));
  }

  private static int unsigned(MemorySegment s, long at) {
    return s.get(JAVA_BYTE, at) & 0xFF;
  }

  private static void q8(MemorySegment s, long at, float[] out, int o) {
    float d = half(s, at);
    for (int i = 0; i < BLOCK; i++) {
      out[o + i] = d * s.get(JAVA_BYTE, at + 2 + i);
    }
  }

  /** Byte i holds value i in its low half and value i + 16 in its high half. */
  private static void q4(
      MemorySegment s, long quants, float d, int bias, float m, float[] out, int o) {
    for (int i = 0; i < BLOCK / 2; i++) {
      int pair = unsigned(s, quants + i);
      out[o + i] = d * ((pair & 15) + bias) + m;
      out[o + i + BLOCK / 2] = d * ((pair >> 4) + bias) + m;
    }
  }

  /** As {@link #q4}, with the fifth bits of all values in a 32-bit word before them. */
  private static void q5(
      MemorySegment s, long highBits, float d, int bias, float m, float[] out, int o) {
    int high = s.get(JAVA_INT_UNALIGNED, highBits);
    for (int i = 0; i < BLOCK / 2; i++) {
      int pair = unsigned(s, highBits + 4 + i);
      int low = (pair & 15) | (high >>> i & 1) << 4;
      int top = (pair >> 4) | (high >>> (i + BLOCK / 2) & 1) << 4;
      out[o + i] = d * (low + bias) + m;
      out[o + i + BLOCK / 2] = d * (top + bias) + m;
    }
  }

  private static void q4k(MemorySegment s, long at, float[] out, int o) {
    float d = half(s, at);
    float dMin = half(s, at + 2);
    for (int sub = 0; sub < 8; sub++) {
      float scale = d * subScale(s, at + 4, sub);
      float min = dMin * subMin(s, at + 4, sub);
      for (int i = 0; i < BLOCK; i++) {
        int pair = unsigned(s, at + 16 + (long) sub / 2 * BLOCK + i);
        out[o + sub * BLOCK + i] = scale * (sub % 2 == 0 ? pair & 15 : pair >> 4) - min;
      }
    }
  }

  private static void q5k(MemorySegment s, long at, float[] out, int o) {
    float d = half(s, at);
    float dMin = half(s, at + 2);
    for (int sub = 0; sub < 8; sub++) {
      float scale = d * subScale(s, at + 4, sub);
      float min = dMin * subMin(s, at + 4, sub);
      for (int i = 0; i < BLOCK; i++) {
        int pair = unsigned(s, at + 48 + (long) sub / 2 * BLOCK + i);
        int high = (unsigned(s, at + 16 + i) >> sub) & 1;
        out[o + sub * BLOCK + i] =
            scale * ((sub % 2 == 0 ? pair & 15 : pair >> 4) | high << 4) - min;
      }
    }
  }

  /** The 6-bit scale of a sub-block of Q4_K and Q5_K; 12 bytes hold eight scales and minimums. */
  public static int subScale(MemorySegment s, long at, int sub) {
    return sub < 4
        ? unsigned(s, at + sub) & 63
        : (unsigned(s, at + sub + 4) & 15) | (unsigned(s, at + sub - 4) >> 6) << 4;
  }

  /** The 6-bit minimum of a sub-block of Q4_K and Q5_K. */
  public static int subMin(MemorySegment s, long at, int sub) {
    return sub < 4
        ? unsigned(s, at + sub + 4) & 63
        : (unsigned(s, at + sub + 4) >> 4) | (unsigned(s, at + sub) >> 6) << 4;
  }

  /** 128 bytes of low halves, 64 of high bit pairs, 16 signed scales, then {@code d}. */
  private static void q6k(MemorySegment s, long at, float[] out, int o) {
    float d = half(s, at + 208);
    for (int i = 0; i < SUPER_BLOCK; i++) {
      float scale = d * s.get(JAVA_BYTE, at + 192 + i / 16);
      out[o + i] = scale * q6kQuant(s, at, i);
    }
  }

  /** Value i of a Q6_K block before scaling, in [-32, 31]. */
  public static int q6kQuant(MemorySegment s, long at, int i) {
    int half = i / 128;
    int within = i % 128;
    int low = unsigned(s, at + half * 64L + within % 64) >> (within / 64 * 4) & 15;
    int high = unsigned(s, at + 128 + half * 32L + within % 32) >> (within / 32 * 2) & 3;
    return (low | (high << 4)) - 32;
  }
}
