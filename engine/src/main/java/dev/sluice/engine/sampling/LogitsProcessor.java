package dev.sluice.engine.sampling;

/** One step of sampling that changes logits in place, and so can change a greedy choice too. */
interface LogitsProcessor {
  boolean appliesTo(SamplingState state);

  /**
   * Changes {@code logits} in place.
   *
   * @param logits [vocabulary], finite or negative infinity, and so they stay
   */
  void apply(float[] logits, int vocabularySize, SamplingState state);
}
