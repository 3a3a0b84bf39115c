package dev.sluice.engine.backend;

import dev.sluice.engine.sampling.SamplingState;
import org.jspecify.annotations.Nullable;

/**
 * One step's work as flat arrays, reused from step to step: the bytes a device would be handed.
 *
 * <p>Tokens of one sequence are consecutive and in order of position. A sequence appears once. The
 * KV of token {@code t} is written to {@code slots[t]} = physical block × block size + offset
 * before any token attends; token {@code t} attends to positions {@code 0..positions[t]} of its
 * sequence, found through the block table.
 *
 * <p>A <em>row</em> is a token whose logits are wanted: to sample from ({@code rowTargets} = {@link
 * #SAMPLE}) or to score the prompt token that follows it.
 */
public final class ForwardBatch {
  /** In {@link #rowTargets}: sample a token from this row. */
  public static final int SAMPLE = -1;

  /** In {@link #rowLogprobs}: report no log-probabilities. */
  public static final int NO_LOGPROBS = -1;

  /** Most tokens, sequences and table entries that fit; the arrays have these lengths. */
  public final int maxTokens;

  public final int maxSequences;
  public final int maxBlocksPerSequence;

  public int tokenCount;
  public final int[] tokenIds; // [tokens]
  public final int[] positions; // [tokens]
  public final int[] slots; // [tokens]

  public int sequenceCount;
  public final int[] sequenceStarts; // [sequences + 1], index of the first token
  public final int[] contextLengths; // [sequences], tokens in KV after this step
  public final int[] blockTables; // [sequences, maxBlocksPerSequence], physical block ids

  public int rowCount;
  public final int[] rowTokens; // [rows], index into the tokens
  public final int[] rowSequences; // [rows], index into the sequences
  public final int[] rowTargets; // [rows], SAMPLE or the token id to score
  public final int[] rowLogprobs; // [rows], likeliest tokens to report, or NO_LOGPROBS
  public final @Nullable SamplingState[] sampling; // [sequences], set where a row samples

  public ForwardBatch(int maxTokens, int maxSequences, int maxBlocksPerSequence) {
    this.maxTokens = maxTokens;
    this.maxSequences = maxSequences;
    this.maxBlocksPerSequence = maxBlocksPerSequence;
    tokenIds = new int[maxTokens];
    positions = new int[maxTokens];
    slots = new int[maxTokens];
    sequenceStarts = new int[maxSequences + 1];
    contextLengths = new int[maxSequences];
    blockTables = new int[Math.multiplyExact(maxSequences, maxBlocksPerSequence)];
    rowTokens = new int[maxTokens];
    rowSequences = new int[maxTokens];
    rowTargets = new int[maxTokens];
    rowLogprobs = new int[maxTokens];
    sampling = new SamplingState[maxSequences];
  }

  /** Empties the batch; the arrays keep their stale contents beyond the counts. */
  public void clear() {
    for (int s = 0; s < sequenceCount; s++) {
      sampling[s] = null;
    }
    tokenCount = 0;
    sequenceCount = 0;
    rowCount = 0;
    sequenceStarts[0] = 0;
  }
}
