package dev.sluice.engine.sampling;

/** Drops tokens that are less likely than a share of the likeliest: {@code min_p}. */
final class MinP implements Truncation {
  @Override
  public boolean appliesTo(SamplingParams params) {
    return params.minP() > 0;
  }

  /** A probability's ratio to the largest is e^((logit - max) / temperature). */
  @Override
  public void apply(Candidates candidates, SamplingParams params) {
    double distance = params.temperature() * Math.log(params.minP());
    candidates.keepFrom(candidates.max() + distance);
  }
}
