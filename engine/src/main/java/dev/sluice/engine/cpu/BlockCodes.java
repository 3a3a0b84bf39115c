package dev.sluice.engine.cpu;

import dev.sluice.engine.model.TensorType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * One block of a quantised file format taken apart: unsigned codes and, for each run of values that
 * share them, a step and an offset. A value is {@code step · code + offset}.
 *
 * <p>The formats are those of ggml's {@code ggml-common.h}; see {@link TensorType}.
 */
final class BlockCodes {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  final byte[] codes = new byte[256];
  final float[] steps = new float[16];
  final float[] offsets = new float[16];

  /** Takes apart the block of {@code type} at {@code at}. */
  void read(TensorType type, byte[] file, int at) {
    switch (type) {
      case Q4_0 -> {
        setRun(0, half(file, at), -8);
        nibbles(file, at + 2, 0);
      }
      case Q4_1 -> {
        steps[0] = half(file, at);
        offsets[0] = half(file, at + 2);
        nibbles(file, at + 4, 0);
      }
      case Q5_0 -> {
        setRun(0, half(file, at), -16);
        nibbles(file, at + 6, 0);
        fifthBits((int) INT.get(file, at + 2));
      }
      case Q5_1 -> {
        steps[0] = half(file, at);
        offsets[0] = half(file, at + 2);
        nibbles(file, at + 8, 0);
        fifthBits((int) INT.get(file, at + 4));
      }
      case Q8_0 -> {
        setRun(0, half(file, at), -128);
        for (int i = 0; i < 32; i++) {
          codes[i] = (byte) (file[at + 2 + i] ^ 0x80);
        }
      }
      case Q4_K -> {
        packedScales(file, at);
        fourNibbleRuns(file, at + 16);
      }
      case Q5_K -> {
        packedScales(file, at);
        fourNibbleRuns(file, at + 48);
        for (int i = 0; i < 256; i++) {
          int high = (unsigned(file, at + 16 + i % 32) >>> (i / 32)) & 1;
          codes[i] |= (byte) (high << 4);
        }
      }
      case Q6_K -> sixBits(file, at);
      case F32, F16, BF16 -> throw new IllegalArgumentException(type + " has no codes");
    }
  }

  private void setRun(int run, float step, int zero) {
    steps[run] = step;
    offsets[run] = step * zero;
  }

  /** 16 bytes: low nibbles are values 0 to 15, high ones 16 to 31. */
  private void nibbles(byte[] file, int at, int to) {
    for (int i = 0; i < 16; i++) {
      int pair = file[at + i];
      codes[to + i] = (byte) (pair & 15);
      codes[to + 16 + i] = (byte) ((pair >>> 4) & 15);
    }
  }

  private void fifthBits(int high) {
    for (int i = 0; i < 32; i++) {
      codes[i] |= (byte) (((high >>> i) & 1) << 4);
    }
  }

  /** 128 bytes in four groups of 32: low nibbles are a run of 32 values, high ones the next. */
  private void fourNibbleRuns(byte[] file, int at) {
    for (int i = 0; i < 128; i++) {
      int pair = file[at + i];
      int to = i / 32 * 64 + i % 32;
      codes[to] = (byte) (pair & 15);
      codes[to + 32] = (byte) ((pair >>> 4) & 15);
    }
  }

  /** Eight runs' 6-bit scales and minimums in 12 bytes after two float16 factors. */
  private void packedScales(byte[] file, int at) {
    float factor = half(file, at);
    float minFactor = half(file, at + 2);
    int packed = at + 4;
    for (int run = 0; run < 8; run++) {
      int scale;
      int min;
      if (run < 4) {
        scale = unsigned(file, packed + run) & 63;
        min = unsigned(file, packed + run + 4) & 63;
      } else {
        int low = unsigned(file, packed + run + 4);
        scale = (low & 15) | ((unsigned(file, packed + run - 4) >>> 6) << 4);
        min = (low >>> 4) | ((unsigned(file, packed + run) >>> 6) << 4);
      }
      steps[run] = factor * scale;
      offsets[run] = -(minFactor * min);
    }
  }

  private void sixBits(byte[] file, int at) {
    float factor = half(file, at + 208);
    for (int run = 0; run < 16; run++) {
      setRun(run, factor * file[at + 192 + run], -32);
    }
    for (int i = 0; i < 256; i++) {
      int half = i / 128;
      int within = i % 128;
      int lowAt = at + half * 64 + within % 64;
      int highAt = at + 128 + half * 32 + within % 32;
      int low = (unsigned(file, lowAt) >>> (within / 64 * 4)) & 15;
      int high = (unsigned(file, highAt) >>> (within / 32 * 2)) & 3;
      codes[i] = (byte) (low | (high << 4));
    }
  }

  private static int unsigned(byte[] file, int at) {
    return file[at] & 0xff;
  }

  private static float half(byte[] file, int at) {
    return Float.float16ToFloat((short) SHORT.get(file, at));
  }
}
