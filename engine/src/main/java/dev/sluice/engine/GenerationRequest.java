package dev.sluice.engine;

import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.SchedulingParams;
import java.util.OptionalInt;

/**
 * A prompt and how to go on from it, range-checked by whoever built it.
 *
 * @param id unique among live requests; appears in logs and snapshots
 * @param promptTokenIds at least one, each inside the vocabulary
 * @param sampling how tokens are chosen and what ends the sequence
 * @param scheduling on whose behalf and how urgently it is served
 * @param promptLogprobs how many likeliest tokens to report at each prompt token; empty means none
 */
public record GenerationRequest(
    String id,
    int[] promptTokenIds,
    SamplingParams sampling,
    SchedulingParams scheduling,
    OptionalInt promptLogprobs) {

  /** A request of nobody in particular, in no hurry. */
  public GenerationRequest(
      String id, int[] promptTokenIds, SamplingParams sampling, OptionalInt promptLogprobs) {
    this(id, promptTokenIds, sampling, SchedulingParams.DEFAULT, promptLogprobs);
  }
}
