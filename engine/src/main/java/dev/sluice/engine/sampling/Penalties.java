package dev.sluice.engine.sampling;

/**
 * Makes tokens less likely that were seen before.
 *
 * <p>The repetition penalty r (Keskar et al., "CTRL", 2019) divides positive logits of prompt and
 * output tokens and multiplies negative ones. Then OpenAI's {@code frequency_penalty} is taken off
 * once per occurrence in the output, and {@code presence_penalty} once if there is any.
 */
final class Penalties implements LogitsProcessor {
  @Override
  public boolean appliesTo(SamplingState state) {
    return state.counts() != null;
  }

  @Override
  public void apply(float[] logits, int vocabularySize, SamplingState state) {
    TokenCounts counts = state.counts();
    if (counts == null) {
      return;
    }
    SamplingParams params = state.params();
    for (int place = 0; place < counts.places(); place++) {
      if (counts.isUsed(place)) {
        int id = counts.idAt(place);
        logits[id] = penalised(logits[id], counts.countAt(place), params);
      }
    }
  }

  private static float penalised(float logit, int count, SamplingParams params) {
    float r = params.repetitionPenalty();
    float repeated = logit > 0 ? Math.min(logit / r, Float.MAX_VALUE) : logit * r;
    return count == 0
        ? repeated
        : repeated - params.frequencyPenalty() * count - params.presencePenalty();
  }
}
