package dev.sluice.engine.sampling;

/**
 * One sequence's parameters and token history, as sampling needs them; owned by the engine thread.
 */
public final class SamplingState {
  private final SamplingParams params;
  private int generatedCount;

  public SamplingState(SamplingParams params, int[] promptTokenIds, int[] endTokenIds) {
    this.params = params;
  }

  public SamplingParams params() {
    return params;
  }

  /** Notes a token that the sequence was extended by. */
  public void append(int tokenId) {
    generatedCount++;
  }

  /** Tokens generated so far; the random generator's position. */
  public int generatedCount() {
    return generatedCount;
  }
}
