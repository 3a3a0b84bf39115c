package dev.sluice.engine.cpu;

import dev.sluice.engine.model.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Random but sane tensor bytes of every format: finite scales, small values. */
final class RandomWeights {
  private RandomWeights() {}

  static MemorySegment tensor(TensorType type, int rows, int columns, Random random) {
    byte[] bytes = new byte[(int) type.byteSize((long) rows * columns)];
    random.nextBytes(bytes);
    MemorySegment data = Arena.ofAuto().allocate(bytes.length, 64);
    data.copyFrom(MemorySegment.ofArray(bytes));
    for (long at = 0; at < bytes.length; at += type.blockBytes()) {
      setFloats(type, data, at, random);
    }
    return data;
  }

  private static void setFloats(TensorType type, MemorySegment data, long at, Random random) {
    float value = (float) random.nextGaussian() * 0.1f;
    switch (type) {
      case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, value);
      case F16 -> half(data, at, value);
      case BF16 -> {
        short bits = (short) (Float.floatToRawIntBits(value) >>> 16);
        data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, bits);
      }
      case Q4_0, Q5_0, Q8_0 -> half(data, at, value / 16);
      case Q4_1, Q5_1 -> {
        half(data, at, Math.abs(value) / 16);
        half(data, at + 2, -Math.abs(value));
      }
      case Q4_K, Q5_K -> {
        half(data, at, Math.abs(value) / 256);
        half(data, at + 2, Math.abs(value) / 64);
      }
      case Q6_K -> half(data, at + 208, value / 512);
    }
  }

  private static void half(MemorySegment data, long at, float value) {
    data.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(value));
  }
}
