package dev.sluice.engine.sampling;

/** Keeps the k likeliest tokens: {@code top_k}. More than there are is no limit. */
final class TopK implements Truncation {
  @Override
  public boolean appliesTo(SamplingParams params) {
    return params.topK() > 0;
  }

  @Override
  public void apply(Candidates candidates, SamplingParams params) {
    candidates.keepCount(params.topK());
  }
}
