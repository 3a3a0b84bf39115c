package dev.sluice.engine.sampling;

import org.jspecify.annotations.Nullable;

/**
 * One sequence's parameters and token history, as sampling needs them.
 *
 * <p>The engine thread appends between steps; a backend's worker reads during one. A sequence that
 * is preempted and recomputed keeps its state, so its stream does not change.
 */
public final class SamplingState {
  private final SamplingParams params;
  private final int[] suppressibleIds; // end the sequence, so held back until minTokens
  private final @Nullable TokenCounts counts; // only where a penalty is on
  private int generatedCount;

  /**
   * A sequence of nothing but its prompt.
   *
   * @param endTokenIds the model's own end tokens; ordinary tokens if {@code params.ignoreEos()}
   */
  public SamplingState(SamplingParams params, int[] promptTokenIds, int[] endTokenIds) {
    this.params = params;
    suppressibleIds = params.ignoreEos() ? params.stopTokenIds() : concat(params, endTokenIds);
    counts = hasPenalties(params) ? new TokenCounts() : null;
    if (counts != null && params.repetitionPenalty() != 1f) {
      counts.addPrompt(promptTokenIds); // the other penalties count output only
    }
  }

  private static int[] concat(SamplingParams params, int[] endTokenIds) {
    int[] stopIds = params.stopTokenIds();
    int[] all = new int[endTokenIds.length + stopIds.length];
    System.arraycopy(endTokenIds, 0, all, 0, endTokenIds.length);
    System.arraycopy(stopIds, 0, all, endTokenIds.length, stopIds.length);
    return all;
  }

  private static boolean hasPenalties(SamplingParams params) {
    return params.repetitionPenalty() != 1f
        || params.presencePenalty() != 0f
        || params.frequencyPenalty() != 0f;
  }

  /** What the request asked for. */
  public SamplingParams params() {
    return params;
  }

  /** Notes a token that the sequence was extended by; engine thread only. */
  public void append(int tokenId) {
    generatedCount++;
    if (counts != null) {
      counts.addGenerated(tokenId);
    }
  }

  /** Tokens generated so far; the random generator's position. */
  public int generatedCount() {
    return generatedCount;
  }

  /** The ids that would end the sequence; to be held back while it is too short. */
  int[] suppressibleIds() {
    return suppressibleIds;
  }

  /** The tokens that penalties look at; null if no penalty is on. */
  @Nullable TokenCounts counts() {
    return counts;
  }
}
