package dev.sluice.engine.sampling;

/** One step of sampling that drops unlikely tokens, never the likeliest. */
interface Truncation {
  boolean appliesTo(SamplingParams params);

  void apply(Candidates candidates, SamplingParams params);
}
