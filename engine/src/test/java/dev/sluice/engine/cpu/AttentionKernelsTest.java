package dev.sluice.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.engine.cpu.simd.KernelSelection;
import dev.sluice.engine.cpu.simd.Kernels;
import dev.sluice.engine.cpu.simd.KvLayer;
import dev.sluice.engine.cpu.simd.ScalarKernels;
import dev.sluice.engine.cpu.simd.Scratch;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionKernelsTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private static final int BLOCKS = 12;
  private static final int KV_HEADS = 2;
  private static final float SCALE = 0.125f;
  private static final int[] TABLE = {99, 7, 3, 11, 0, 5, 1, 9, 2, 10, 4, 6, 8};

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @CsvSource({"64,16,3", "64,16,9", "20,4,1", "8,24,4", "128,32,2", "3,1,3"})
  void attend_anyShapeAndPosition_hasTheOraclesBitsAndTheRightValue(
      int headDim, int blockSize, int heads) {
    int positions = BLOCKS * blockSize;
    Scratch scratch = new Scratch(Arena.ofAuto(), heads, positions, blockSize);
    KvLayer kv = kv(blockSize, headDim);
    float[][][] keys = new float[KV_HEADS][positions][];
    float[][][] values = new float[KV_HEADS][positions][];
    for (int p = 0; p < positions; p++) {
      for (int h = 0; h < KV_HEADS; h++) {
        keys[h][p] = vector(headDim);
        values[h][p] = vector(headDim);
        int slot = TABLE[1 + p / blockSize] * blockSize + p % blockSize;
        kv.store(slot, h, keys[h][p], 0, values[h][p], 0);
      }
    }
    float[] queries = vector(heads * headDim);
    for (int position : new int[] {0, 1, positions / 2, positions - 2, positions - 1}) {
      int last = position;
      float[] expected = attend(new ScalarKernels(), kv, heads, queries, last, scratch);
      float[] actual = attend(KernelSelection.fastest(), kv, heads, queries, last, scratch);
      assertThat(actual).as("position %d, seed %d", last, SEED).containsExactly(expected);
      for (int h = 0; h < heads; h++) {
        float[] query = Arrays.copyOfRange(queries, h * headDim, (h + 1) * headDim);
        double[] exact = exact(query, keys[1], values[1], last);
        for (int d = 0; d < headDim; d++) {
          assertThat((double) actual[h * headDim + d]).isCloseTo(exact[d], within(2e-5));
        }
      }
    }
  }

  private KvLayer kv(int blockSize, int headDim) {
    long keyBytes = KvLayer.keyBytes(BLOCKS, blockSize, KV_HEADS, headDim);
    long valueBytes = KvLayer.valueBytes(BLOCKS, blockSize, KV_HEADS, headDim);
    KvLayer kv =
        new KvLayer(
            Arena.ofAuto().allocate(keyBytes, 64),
            Arena.ofAuto().allocate(valueBytes, 64),
            blockSize,
            KV_HEADS,
            headDim);
    kv.keys().fill((byte) 0xff); // NaN wherever no token was stored
    kv.values().fill((byte) 0xff);
    return kv;
  }

  private float[] vector(int count) {
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  private static float[] attend(
      Kernels kernels, KvLayer kv, int heads, float[] queries, int position, Scratch scratch) {
    float[] out = new float[queries.length];
    kernels.attend(kv, 1, heads, SCALE, queries, 0, TABLE, 1, position, out, 0, scratch);
    return out;
  }

  private static double[] exact(float[] query, float[][] keys, float[][] values, int position) {
    double[] out = new double[query.length];
    double sum = 0;
    for (int p = 0; p <= position; p++) {
      double dot = 0;
      for (int d = 0; d < query.length; d++) {
        dot += (double) query[d] * keys[p][d];
      }
      double weight = Math.exp(dot * SCALE);
      sum += weight;
      for (int d = 0; d < query.length; d++) {
        out[d] += weight * values[p][d];
      }
    }
    for (int d = 0; d < query.length; d++) {
      out[d] /= sum;
    }
    return out;
  }
}
