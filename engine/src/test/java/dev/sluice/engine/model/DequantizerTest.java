package dev.sluice.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every bit of every value against the Python package gguf; resources/quants has the vectors. */
class DequantizerTest {

  private record Vectors(MemorySegment blocks, float[] values) {}

  private static Vectors vectors(TensorType type) throws IOException {
    try (InputStream file = DequantizerTest.class.getResourceAsStream("/quants/" + type + ".bin")) {
      ByteBuffer bytes =
          ByteBuffer.wrap(Objects.requireNonNull(file).readAllBytes())
              .order(ByteOrder.LITTLE_ENDIAN);
      float[] values = new float[bytes.getInt()];
      byte[] blocks = new byte[Math.toIntExact(type.byteSize(values.length))];
      bytes.get(blocks).asFloatBuffer().get(values);
      return new Vectors(MemorySegment.ofArray(blocks), values);
    }
  }

  private static int[] bits(float[] values, int from, int to) {
    return IntStream.range(from, to).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }

  @ParameterizedTest
  @EnumSource
  void dequantize_randomBlocks_equalsReferenceBitByBit(TensorType type) throws IOException {
    Vectors vectors = vectors(type);
    int count = vectors.values().length;
    float[] actual = new float[count];

    Dequantizer.dequantize(type, vectors.blocks(), 0, actual, 0, count);

    assertThat(count).isPositive();
    assertThat(bits(actual, 0, count)).isEqualTo(bits(vectors.values(), 0, count));
  }

  @ParameterizedTest
  @EnumSource
  void dequantize_oneBlockInTheMiddle_touchesNothingElse(TensorType type) throws IOException {
    Vectors vectors = vectors(type);
    int block = type.blockValues();
    float[] actual = new float[block + 2];
    Arrays.fill(actual, 7f);

    Dequantizer.dequantize(type, vectors.blocks(), type.blockBytes(), actual, 1, block);

    assertThat(bits(actual, 1, block + 1)).isEqualTo(bits(vectors.values(), block, 2 * block));
    assertThat(actual[0]).isEqualTo(7f);
    assertThat(actual[block + 1]).isEqualTo(7f);
  }

  @Test
  void dequantize_partOfABlock_isRefused() {
    MemorySegment blocks = MemorySegment.ofArray(new byte[34]);
    assertThatThrownBy(
            () -> Dequantizer.dequantize(TensorType.Q8_0, blocks, 0, new float[32], 0, 31))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("31 values");
  }

  @Test
  void dequantize_sourceTooShort_throwsInsteadOfReadingOn() {
    MemorySegment blocks = MemorySegment.ofArray(new byte[33]);
    assertThatThrownBy(
            () -> Dequantizer.dequantize(TensorType.Q8_0, blocks, 0, new float[32], 0, 32))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
