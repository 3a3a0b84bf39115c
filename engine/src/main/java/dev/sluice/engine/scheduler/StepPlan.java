package dev.sluice.engine.scheduler;

import dev.sluice.engine.backend.BlockCopies;
import dev.sluice.engine.backend.ForwardBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Who runs in a step, and with how many tokens; reused from step to step. */
public final class StepPlan {
  /** The sequence has no row that samples: its prompt goes on in a later step. */
  static final int NO_ROW = -1;

  private final int blockSize;
  private final @Nullable Sequence[] sequences;
  private final int[] tokenCounts;
  private final int[] sampleRows; // [sequences], row of the batch, or NO_ROW
  private final BlockCopies copies = new BlockCopies();
  private final List<Sequence> restored = new ArrayList<>();
  private int count;
  private int totalTokens;

  StepPlan(int maxSequences, int blockSize) {
    this.blockSize = blockSize;
    sequences = new Sequence[maxSequences];
    tokenCounts = new int[maxSequences];
    sampleRows = new int[maxSequences];
  }

  void clear() {
    Arrays.fill(sequences, 0, count, null);
    count = 0;
    totalTokens = 0;
    copies.clear();
    restored.clear();
  }

  /** Copies between the KV blocks and the host tier that must be made before the step is run. */
  public BlockCopies copies() {
    return copies;
  }

  /** Sequences that the copies bring back. */
  List<Sequence> restored() {
    return restored;
  }

  void restore(Sequence sequence) {
    restored.add(sequence);
  }

  void add(Sequence sequence, int tokenCount) {
    sequences[count] = sequence;
    tokenCounts[count] = tokenCount;
    count++;
    totalTokens += tokenCount;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** How many sequences run. */
  public int count() {
    return count;
  }

  /** How many tokens go through the model. */
  public int totalTokens() {
    return totalTokens;
  }

  public Sequence sequence(int i) {
    Sequence sequence = sequences[i];
    if (sequence == null) {
      throw new IndexOutOfBoundsException("sequence " + i + " of " + count);
    }
    return sequence;
  }

  /** Tokens that the {@code i}-th sequence computes in this step. */
  public int tokenCount(int i) {
    return tokenCounts[i];
  }

  /** Whether the {@code i}-th sequence will sample: its last known token is in the step. */
  private boolean samples(int i) {
    return tokenCounts[i] == sequence(i).missingTokens();
  }

  /** Whether the {@code i}-th sequence sampled a token in the step that was run. */
  public boolean sampled(int i) {
    return sampleRows[i] != NO_ROW;
  }

  int sampleRow(int i) {
    return sampleRows[i];
  }

  /** Writes the step as the flat arrays that a backend runs. */
  public void fill(ForwardBatch batch) {
    batch.clear();
    for (int i = 0; i < count; i++) {
      fillSequence(batch, i);
    }
  }

  private void fillSequence(ForwardBatch batch, int i) {
    Sequence sequence = sequence(i);
    boolean samples = samples(i);
    int first = sequence.computedTokens;
    sampleRows[i] = NO_ROW;
    for (int position = first; position < first + tokenCounts[i]; position++) {
      int token = batch.tokenCount++;
      batch.tokenIds[token] = sequence.token(position);
      batch.positions[token] = position;
      batch.slots[token] =
          sequence.blocks.block(position / blockSize) * blockSize + position % blockSize;
      scorePrompt(batch, i, position + 1);
    }
    if (samples) {
      sampleRows[i] = batch.rowCount;
      addRow(batch, i, ForwardBatch.SAMPLE, sequence.sampling().params().logprobs());
    }
    batch.sampling[i] = samples ? sequence.sampling() : null;
    batch.contextLengths[i] = first + tokenCounts[i];
    sequence.blocks.copyTo(batch.blockTables, i * batch.maxBlocksPerSequence);
    batch.sequenceStarts[i + 1] = batch.tokenCount;
    batch.sequenceCount = i + 1;
  }

  private void scorePrompt(ForwardBatch batch, int i, int scored) {
    Sequence sequence = sequence(i);
    if (sequence.promptLogprobs().isPresent() && scored < sequence.promptTokens()) {
      addRow(batch, i, sequence.token(scored), sequence.promptLogprobs());
    }
  }

  private static void addRow(ForwardBatch batch, int i, int target, OptionalInt logprobs) {
    int row = batch.rowCount++;
    batch.rowTokens[row] = batch.tokenCount - 1;
    batch.rowSequences[row] = i;
    batch.rowTargets[row] = target;
    batch.rowLogprobs[row] = logprobs.orElse(ForwardBatch.NO_LOGPROBS);
  }
}
