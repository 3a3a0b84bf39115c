package dev.sluice.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.engine.cpu.simd.KernelSelection;
import dev.sluice.engine.cpu.simd.Kernels;
import dev.sluice.engine.cpu.simd.ScalarKernels;
import dev.sluice.engine.cpu.simd.Scratch;
import dev.sluice.engine.cpu.simd.TileFormat;
import dev.sluice.engine.cpu.simd.TiledMatrix;
import dev.sluice.engine.cpu.simd.VectorKernels;
import dev.sluice.engine.model.Dequantizer;
import dev.sluice.engine.model.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MultiplyKernelsTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private static final int[] ROWS = {1, 16, 37, 80};
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 7, 16};

  private final Kernels vector = KernelSelection.fastest();
  private final Kernels scalar = new ScalarKernels();
  private final Scratch scratch = new Scratch(Arena.ofAuto(), 1, 16, 16);
  private final Random random = new Random(SEED);

  @Test
  void fastest_testsRunWithTheModule_areVectorKernels() {
    assertThat(vector).isInstanceOf(VectorKernels.class);
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void multiply_anyFormatAndTokenCount_hasTheOraclesBits(TensorType type) {
    for (int columns : columns(type)) {
      for (int rows : ROWS) {
        checkBits(tiled(type, rows, columns, random), type);
      }
    }
  }

  private static int[] columns(TensorType type) {
    // The last of each spans two panels of the many-token kernel.
    return switch (type) {
      case F32, F16 -> new int[] {1, 37, 1031};
      case BF16 -> new int[] {2, 37, 38, 1032};
      case Q4_K, Q5_K, Q6_K -> new int[] {256, 1280};
      default -> new int[] {32, 96, 1056};
    };
  }

  private void checkBits(TiledMatrix matrix, TensorType type) {
    for (int tokens : TOKENS) {
      int stride = matrix.columns() + 3;
      float[] x = new float[tokens * stride];
      for (int i = 0; i < x.length; i++) {
        x[i] = (float) random.nextGaussian();
      }
      float[] expected = new float[tokens * matrix.paddedRows()];
      float[] actual = new float[expected.length];
      run(scalar, matrix, 0, tokens, x, stride, expected);
      run(vector, matrix, 0, tokens, x, stride, actual);
      assertThat(actual)
          .as("%s %d × %d, %d tokens, seed %d", type, matrix.rows(), matrix.columns(), tokens, SEED)
          .containsExactly(expected);
    }
  }

  private void run(
      Kernels kernels,
      TiledMatrix matrix,
      int tile,
      int tokens,
      float[] x,
      int stride,
      float[] out) {
    kernels.multiply(
        matrix, tile, matrix.tileCount(), tokens, x, stride, out, matrix.paddedRows(), scratch);
  }

  @Test
  void multiply_someTiles_leavesTheOthersAlone() {
    TiledMatrix matrix = tiled(TensorType.Q4_0, 80, 64, random);
    float[] x = new float[2 * 64];
    float[] out = new float[2 * 80];
    Arrays.fill(out, 7f);
    run(vector, matrix, 3, 2, x, 64, out);
    for (int i = 0; i < out.length; i++) {
      assertThat(out[i]).as("element %d", i).isEqualTo(i % 80 < 48 ? 7f : 0f);
    }
  }

  @ParameterizedTest
  @EnumSource(TensorType.class)
  void dequantizeRow_anyFormat_isTheFilesValue(TensorType type) {
    int rows = 19;
    int columns = 512;
    MemorySegment file = RandomWeights.tensor(type, rows, columns, random);
    TiledMatrix matrix = tiled(type, rows, columns, file);
    float[] expected = new float[columns];
    float[] actual = new float[columns];
    for (int row = 0; row < rows; row++) {
      Dequantizer.dequantize(type, file, row * type.byteSize(columns), expected, 0, columns);
      matrix.dequantizeRow(row, actual, 0);
      for (int k = 0; k < columns; k++) {
        float tolerance = Math.max(1e-7f, Math.abs(expected[k]) * 1e-5f);
        assertThat(actual[k])
            .as("%s row %d column %d, seed %d", type, row, k, SEED)
            .isCloseTo(expected[k], within(tolerance));
      }
    }
  }

  @Test
  void siluMultiply_oddCounts_hasTheOraclesBitsAndTheRightValue() {
    for (int count = 1; count < 40; count++) {
      float[] gate = new float[count];
      float[] up = new float[count];
      for (int i = 0; i < count; i++) {
        gate[i] = (float) random.nextGaussian() * 30;
        up[i] = (float) random.nextGaussian();
      }
      gate[0] = count % 3 == 0 ? -200f : count % 3 == 1 ? 200f : 0f;
      float[] expected = gate.clone();
      float[] actual = gate.clone();
      scalar.siluMultiply(expected, 0, up, 0, count);
      vector.siluMultiply(actual, 0, up, 0, count);
      assertThat(actual).as("count %d, seed %d", count, SEED).containsExactly(expected);
      for (int i = 0; i < count; i++) {
        double exact = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
        assertThat((double) actual[i]).isCloseTo(exact, within(1e-30 + Math.abs(exact) * 1e-6));
      }
    }
  }

  static TiledMatrix tiled(TensorType type, int rows, int columns, Random random) {
    return tiled(type, rows, columns, RandomWeights.tensor(type, rows, columns, random));
  }

  static TiledMatrix tiled(TensorType type, int rows, int columns, MemorySegment file) {
    TileFormat format = TileWriter.format(type, columns);
    int block = TileWriter.blockValues(type);
    long bytes = TiledMatrix.byteSize(format, block, rows, columns);
    MemorySegment data = Arena.ofAuto().allocate(bytes, 64);
    TiledMatrix matrix = new TiledMatrix(format, block, rows, columns, data);
    TileWriter writer = new TileWriter();
    byte[] bytesOfFile = file.toArray(ValueLayout.JAVA_BYTE);
    for (int row = 0; row < rows; row++) {
      writer.writeRow(type, bytesOfFile, row * (int) type.byteSize(columns), matrix, row);
    }
    return matrix;
  }
}
