package dev.sluice.engine.sampling;

/** Rules out the tokens that end a sequence until it has {@code min_tokens} generated ones. */
final class MinTokens implements LogitsProcessor {
  @Override
  public boolean appliesTo(SamplingState state) {
    return state.suppressibleIds().length > 0
        && state.generatedCount() < state.params().minTokens();
  }

  @Override
  public void apply(float[] logits, int vocabularySize, SamplingState state) {
    for (int id : state.suppressibleIds()) {
      if (id < vocabularySize) { // a stop id that the model can't produce is legal
        logits[id] = Float.NEGATIVE_INFINITY;
      }
    }
  }
}
