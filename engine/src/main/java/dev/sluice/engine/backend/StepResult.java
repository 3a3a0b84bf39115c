package dev.sluice.engine.backend;

import dev.sluice.engine.sampling.TokenLogprobs;
import org.jspecify.annotations.Nullable;

/**
 * What a step computed, one entry per row of its {@link ForwardBatch}; reused from step to step.
 */
public final class StepResult {
  public int rowCount;
  public final int[] tokenIds; // [rows], the sampled id, or the target that was scored
  public final boolean[] nonFinite; // [rows], the logits held NaN or infinity; the id is void
  public final @Nullable TokenLogprobs[] logprobs; // [rows], where they were asked for

  public StepResult(int maxRows) {
    tokenIds = new int[maxRows];
    nonFinite = new boolean[maxRows];
    logprobs = new TokenLogprobs[maxRows];
  }
}
