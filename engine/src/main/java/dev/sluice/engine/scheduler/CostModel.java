package dev.sluice.engine.scheduler;

/**
 * What it costs to compute KV and to copy it, as measured while serving: decides whether a victim's
 * blocks are copied to the host tier or computed again.
 */
public final class CostModel {
  /** Weight of the newest measurement: old ones fade within some ten steps. */
  private static final double NEWEST = 0.1;

  /** Steps with fewer are decode, whose cost per token says nothing of a prefill's. */
  private static final int MIN_TOKENS_PER_SEQUENCE = 8;

  private double nanosPerToken;
  private double nanosPerBlock;

  /** Takes in how long a step took. */
  public void stepTook(int sequences, int tokens, long nanos) {
    if (tokens >= MIN_TOKENS_PER_SEQUENCE * sequences) {
      nanosPerToken = average(nanosPerToken, (double) nanos / tokens);
    }
  }

  /** Takes in how long it took to copy blocks in one direction. */
  public void copyTook(int blocks, long nanos) {
    if (blocks > 0) {
      nanosPerBlock = average(nanosPerBlock, (double) nanos / blocks);
    }
  }

  private static double average(double old, double measured) {
    return old == 0 ? measured : old + NEWEST * (measured - old);
  }

  /** Whether copying blocks out and back takes less time than computing their tokens again. */
  boolean isCopyCheaper(int blocks, int tokens) {
    return nanosPerToken == 0 || 2 * blocks * nanosPerBlock < tokens * nanosPerToken;
  }

  /** Estimated time to bring a preempted sequence back, in ns. */
  long resumeNanos(int tierBlocks, int missingTokens) {
    return (long) (tierBlocks * nanosPerBlock + missingTokens * nanosPerToken);
  }

  /** Measured time to compute a prompt's token in a prefill step, in ns; 0 if not measured yet. */
  public double nanosPerToken() {
    return nanosPerToken;
  }

  /** Measured time to copy a block in one direction, in ns; 0 if not measured yet. */
  public double nanosPerBlock() {
    return nanosPerBlock;
  }
}
