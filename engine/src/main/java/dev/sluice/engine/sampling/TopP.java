package dev.sluice.engine.sampling;

/**
 * Keeps the smallest set of likeliest tokens with a share of the mass left: {@code top_p}, nucleus
 * sampling (Holtzman et al., "The Curious Case of Neural Text Degeneration", 2020).
 */
final class TopP implements Truncation {
  @Override
  public boolean appliesTo(SamplingParams params) {
    return params.topP() < 1;
  }

  @Override
  public void apply(Candidates candidates, SamplingParams params) {
    candidates.weigh(params.temperature());
    candidates.keepMass(params.topP());
  }
}
