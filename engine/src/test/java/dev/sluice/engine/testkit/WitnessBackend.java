package dev.sluice.engine.testkit;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.engine.backend.BlockCopies;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.sampling.SamplingState;
import dev.sluice.engine.sampling.TokenLogprobs;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntPredicate;
import java.util.function.LongConsumer;

/**
 * A backend without a model, whose tokens betray every KV mistake.
 *
 * <p>It writes a hash of (token, position) into each slot, and derives the next token only by
 * reading all of a sequence's slots back through its block table. A stale, shared or mis-mapped
 * block changes the stream. Seeds and choices enter too, as sampling would have them.
 */
public final class WitnessBackend implements Backend {
  /** Token ids are below that. */
  public static final int VOCABULARY = 1000;

  /** The state of a model that has read nothing yet. */
  public static final long NOTHING_READ = 17;

  private static final long EMPTY = 0;

  private final BackendInfo info;
  private final long[] slots;
  private final long[] tierSlots;
  private final StepResult result;
  private volatile LongConsumer beforeStep = step -> {};
  private volatile Runnable beforeCopy = () -> {};
  private final AtomicLong copiedBlocks = new AtomicLong();
  private volatile IntPredicate voidLogits = token -> false;
  private final AtomicLong steps = new AtomicLong();
  private final AtomicLong tokens = new AtomicLong();

  /** A cache of so many blocks of so many tokens over a vocabulary of 1,000. */
  public WitnessBackend(int blockCount, int blockSize, int maxBatchedTokens) {
    this(blockCount, blockSize, maxBatchedTokens, 0);
  }

  /** The same with a host tier of so many blocks. */
  public WitnessBackend(int blockCount, int blockSize, int maxBatchedTokens, int tierBlockCount) {
    info =
        new BackendInfo(
            "witness",
            "no model",
            VOCABULARY,
            blockSize,
            blockCount,
            tierBlockCount,
            1 << 16,
            0,
            8L * blockCount);
    slots = new long[blockCount * blockSize];
    tierSlots = new long[tierBlockCount * blockSize];
    result = new StepResult(maxBatchedTokens);
  }

  /** Runs before each step with its number, counted from 0; may throw to fail the step. */
  public WitnessBackend beforeStep(LongConsumer hook) {
    beforeStep = hook;
    return this;
  }

  /** Runs before copies are made; may throw to fail them. */
  public WitnessBackend beforeCopy(Runnable hook) {
    beforeCopy = hook;
    return this;
  }

  /** Blocks copied so far, in both directions. */
  public long copiedBlocks() {
    return copiedBlocks.get();
  }

  /** Makes the logits void wherever the last token matches. */
  public WitnessBackend voidLogitsAfter(IntPredicate lastToken) {
    voidLogits = lastToken;
    return this;
  }

  /** Steps run so far. */
  public long steps() {
    return steps.get();
  }

  /** Tokens computed so far. */
  public long tokens() {
    return tokens.get();
  }

  @Override
  public BackendInfo info() {
    return info;
  }

  @Override
  public void launch(ForwardBatch batch) {
    beforeStep.accept(steps.get());
    for (int t = 0; t < batch.tokenCount; t++) {
      slots[batch.slots[t]] = written(batch.tokenIds[t], batch.positions[t]);
    }
    result.rowCount = batch.rowCount;
    Arrays.fill(result.nonFinite, 0, batch.rowCount, false);
    for (int row = 0; row < batch.rowCount; row++) {
      computeRow(batch, row);
    }
    steps.incrementAndGet();
    tokens.addAndGet(batch.tokenCount);
  }

  private void computeRow(ForwardBatch batch, int row) {
    int token = batch.rowTokens[row];
    long state = readBack(batch, batch.rowSequences[row], batch.positions[token]);
    int sampled = batch.rowTargets[row];
    if (sampled == ForwardBatch.SAMPLE) {
      SamplingState sampling = batch.sampling[batch.rowSequences[row]];
      if (sampling == null) {
        throw new BackendException("row " + row + " samples without a sampling state");
      }
      sampled = sample(state, sampling.params());
      result.nonFinite[row] = voidLogits.test(batch.tokenIds[token]);
    }
    result.tokenIds[row] = sampled;
    result.logprobs[row] =
        batch.rowLogprobs[row] == ForwardBatch.NO_LOGPROBS
            ? null
            : new TokenLogprobs(-sampled, new int[] {sampled}, new float[] {-sampled});
  }

  private long readBack(ForwardBatch batch, int sequence, int lastPosition) {
    long state = NOTHING_READ;
    for (int position = 0; position <= lastPosition; position++) {
      int entry = sequence * batch.maxBlocksPerSequence + position / info.blockSize();
      int slot = batch.blockTables[entry] * info.blockSize() + position % info.blockSize();
      if (slots[slot] == EMPTY) {
        throw new BackendException(
            "position " + position + " reads slot " + slot + ", never written");
      }
      state = mix(state ^ slots[slot]);
    }
    return state;
  }

  /**
   * What has been read after one more token, from {@link #NOTHING_READ} on: the model, in plain.
   */
  public static long read(long state, int token, int position) {
    return mix(state ^ written(token, position));
  }

  /** The token that follows all that was read. */
  public static int sample(long state, SamplingParams params) {
    long key = params.seed() * 1009 + params.choice();
    return (int) Long.remainderUnsigned(mix(state + key), VOCABULARY);
  }

  private static long written(int token, int position) {
    return mix(token * 31L + position + 1);
  }

  private static long mix(long value) {
    long z = value * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    return (z ^ (z >>> 27)) | 1;
  }

  @Override
  public void copy(BlockCopies copies) {
    beforeCopy.run();
    int size = info.blockSize();
    for (int i = 0; i < copies.count(); i++) {
      int at = copies.block(i) * size;
      int tierAt = copies.tierBlock(i) * size;
      if (copies.isOut(i)) {
        System.arraycopy(slots, at, tierSlots, tierAt, size);
      } else {
        System.arraycopy(tierSlots, tierAt, slots, at, size);
      }
    }
    copiedBlocks.addAndGet(copies.count());
  }

  @Override
  public StepResult await() {
    return result;
  }

  @Override
  public void close() {}
}
