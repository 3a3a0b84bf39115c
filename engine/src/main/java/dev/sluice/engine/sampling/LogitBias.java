package dev.sluice.engine.sampling;

/** Shifts the logits of chosen tokens: OpenAI's {@code logit_bias}. */
final class LogitBias implements LogitsProcessor {
  @Override
  public boolean appliesTo(SamplingState state) {
    return state.params().logitBiasIds().length > 0;
  }

  @Override
  public void apply(float[] logits, int vocabularySize, SamplingState state) {
    int[] ids = state.params().logitBiasIds();
    float[] shifts = state.params().logitBiasValues();
    for (int i = 0; i < ids.length; i++) {
      logits[ids[i]] += shifts[i];
    }
  }
}
