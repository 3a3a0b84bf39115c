package dev.sluice.engine.sampling;

/**
 * One sequence's parameters and token history, as sampling needs them; owned by the engine thread.
 */
public final class SamplingState {
  private final SamplingParams params;

  public SamplingState(SamplingParams params) {
    this.params = params;
  }

  public SamplingParams params() {
    return params;
  }
}
