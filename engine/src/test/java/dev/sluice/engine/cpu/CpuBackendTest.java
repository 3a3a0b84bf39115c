package dev.sluice.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.BackendOptions;
import dev.sluice.engine.backend.BackendProvider;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.cpu.simd.KernelSelection;
import dev.sluice.engine.cpu.simd.Kernels;
import dev.sluice.engine.cpu.simd.ScalarKernels;
import dev.sluice.engine.model.DecoderSpec.Pairing;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpuBackendTest {
  private static final long SEED = Long.getLong("test.seed", 4711);
  private static final int LENGTH = 70;
  private static final int BLOCKS = 40;

  private final int[] tokens = new Random(SEED).ints(LENGTH, 0, RandomModel.VOCABULARY).toArray();

  @Test
  void provider_serviceLoader_findsCpu() {
    assertThat(ServiceLoader.load(BackendProvider.class))
        .anyMatch(provider -> provider.name().equals("cpu") && provider.isUsable());
  }

  @ParameterizedTest
  @CsvSource({"false,INTERLEAVED", "true,HALF_SPLIT"})
  void launch_vectorAndScalarKernels_haveTheSameLogits(boolean extras, Pairing pairing) {
    float[][] expected = scores(new ScalarKernels(), 1, 4, extras, pairing, LENGTH);
    float[][] actual = scores(KernelSelection.fastest(), 2, 4, extras, pairing, LENGTH);
    assertSame(actual, expected, "vector");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64})
  void launch_anyChunk_hasTheSameLogits(int chunk) {
    Kernels kernels = KernelSelection.fastest();
    float[][] whole = scores(kernels, 1, 16, false, Pairing.INTERLEAVED, LENGTH);
    for (int threads = 1; threads <= 3; threads++) {
      float[][] chunked = scores(kernels, threads, 16, false, Pairing.INTERLEAVED, chunk);
      assertSame(chunked, whole, "chunk " + chunk + ", threads " + threads);
    }
  }

  @Test
  void launch_batchOfSeven_hasTheLogitsOfEachAlone() {
    float[][] alone = scores(KernelSelection.fastest(), 2, 16, true, Pairing.INTERLEAVED, LENGTH);
    try (Backend backend = open(KernelSelection.fastest(), 2, 16, true, Pairing.INTERLEAVED)) {
      ForwardBatch batch = new ForwardBatch(256, 8, 8);
      for (int from = 0; from < LENGTH; from += 10) {
        batch.clear();
        for (int sequence = 0; sequence < 7; sequence++) {
          append(batch, from, from + 10, 16, sequence * 5);
        }
        backend.launch(batch);
        StepResult result = backend.await();
        for (int row = 0; row < result.rowCount; row++) {
          int position = batch.positions[batch.rowTokens[row]];
          assertThat(logprobs(result, row))
              .as("row %d position %d seed %d", row, position, SEED)
              .containsExactly(alone[position]);
        }
      }
    }
  }

  @Test
  void launch_badTokenId_isRefusedAndTheNextStepRuns() {
    try (Backend backend = open(KernelSelection.fastest(), 2, 16, false, Pairing.INTERLEAVED)) {
      ForwardBatch batch = new ForwardBatch(256, 8, 8);
      append(batch, 0, 10, 16, 0);
      batch.tokenIds[3] = RandomModel.VOCABULARY;
      assertThatThrownBy(() -> backend.launch(batch))
          .isInstanceOf(BackendException.class)
          .hasMessageContaining("token id 67")
          .hasMessageContaining("0..66");
      assertThatThrownBy(backend::await).isInstanceOf(BackendException.class);
      batch.tokenIds[3] = 0;
      backend.launch(batch);
      assertThat(backend.await().rowCount).isEqualTo(10);
    }
  }

  @Test
  void launch_warmedUp_allocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (Backend backend = open(KernelSelection.fastest(), 1, 16, true, Pairing.INTERLEAVED)) {
      ForwardBatch batch = new ForwardBatch(256, 8, 8);
      append(batch, 0, 10, 16, 0);
      append(batch, 0, 1, 16, 5);
      batch.rowCount = 0;
      long least = Long.MAX_VALUE;
      for (int step = 0; step < 4_000 && least > 0; step++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        backend.launch(batch);
        long after = threads.getCurrentThreadAllocatedBytes();
        least = Math.min(least, after - before);
      }
      assertThat(least).isZero();
    }
  }

  private static Backend open(
      Kernels kernels, int threads, int blockSize, boolean extras, Pairing pairing) {
    BackendOptions options = new BackendOptions(threads, blockSize, BLOCKS, 256, 8, 128);
    return CpuBackend.open(RandomModel.create(SEED, extras, pairing), options, kernels);
  }

  /** All log-probabilities {@code [position, vocabulary]} of one sequence run chunk by chunk. */
  private float[][] scores(
      Kernels kernels, int threads, int blockSize, boolean extras, Pairing pairing, int chunk) {
    float[][] scores = new float[LENGTH][];
    try (Backend backend = open(kernels, threads, blockSize, extras, pairing)) {
      ForwardBatch batch = new ForwardBatch(256, 8, 32);
      for (int from = 0; from < LENGTH; from += chunk) {
        int to = Math.min(from + chunk, LENGTH);
        batch.clear();
        append(batch, from, to, blockSize, 3);
        backend.launch(batch);
        StepResult result = backend.await();
        for (int row = 0; row < result.rowCount; row++) {
          scores[from + row] = logprobs(result, row);
        }
      }
    }
    return scores;
  }

  /** Adds a sequence whose blocks are the physical ones from {@code firstBlock} on. */
  private void append(ForwardBatch batch, int from, int to, int blockSize, int firstBlock) {
    int sequence = batch.sequenceCount++;
    for (int position = from; position < to; position++) {
      int token = batch.tokenCount++;
      batch.tokenIds[token] = tokens[position];
      batch.positions[token] = position;
      batch.slots[token] = (firstBlock + position / blockSize) * blockSize + position % blockSize;
      int row = batch.rowCount++;
      batch.rowTokens[row] = token;
      batch.rowSequences[row] = sequence;
      batch.rowTargets[row] = 0;
      batch.rowLogprobs[row] = RandomModel.VOCABULARY;
    }
    int table = sequence * batch.maxBlocksPerSequence;
    for (int block = 0; block * blockSize < to; block++) {
      batch.blockTables[table + block] = firstBlock + block;
    }
    batch.contextLengths[sequence] = to;
    batch.sequenceStarts[sequence + 1] = batch.tokenCount;
  }

  /** Log-probabilities by token id. */
  private static float[] logprobs(StepResult result, int row) {
    var top = result.logprobs[row];
    assertThat(result.nonFinite[row]).isFalse();
    assertThat(top).isNotNull();
    float[] byId = new float[RandomModel.VOCABULARY];
    Arrays.fill(byId, Float.NaN);
    for (int i = 0; i < top.topIds().length; i++) {
      byId[top.topIds()[i]] = top.topLogprobs()[i];
    }
    return byId;
  }

  private static void assertSame(float[][] actual, float[][] expected, String what) {
    for (int position = 0; position < LENGTH; position++) {
      assertThat(actual[position])
          .as("%s, position %d, seed %d", what, position, SEED)
          .containsExactly(expected[position]);
    }
  }
}
