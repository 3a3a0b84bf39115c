package dev.sluice.app.bench;

import dev.sluice.engine.EngineObserver;

/**
 * Splits an engine's steps into prefill and decode.
 *
 * <p>A further token of a sequence costs one computed token, so what a step computed beyond those
 * is prefill. Steps that prefill anything count as prefill with their whole time; so the decode
 * figure is that of pure decode steps, and the prefill figure is never flattered. Written by the
 * engine thread, read when it is idle.
 */
public final class StepMeter implements EngineObserver {
  private LatencyRecorder timesToFirstToken = new LatencyRecorder();
  private LatencyRecorder interTokenLatencies = new LatencyRecorder();
  private LatencyRecorder decodeSteps = new LatencyRecorder();
  private LatencyRecorder prefillSteps = new LatencyRecorder();
  private int decodedInStep;
  private long prefillTokens;
  private long prefillNanos;
  private long decodeTokens;
  private long decodeNanos;

  @Override
  public synchronized void onFirstToken(long queueNanos, long timeToFirstTokenNanos) {
    timesToFirstToken.recordNanos(timeToFirstTokenNanos);
  }

  @Override
  public synchronized void onInterTokenLatency(long nanos) {
    decodedInStep++;
    interTokenLatencies.recordNanos(nanos);
  }

  @Override
  public synchronized void onStep(int tokens, long computeNanos, long publishNanos) {
    int decoded = Math.min(decodedInStep, tokens);
    decodedInStep = 0;
    if (tokens > decoded) {
      prefillTokens += tokens - decoded;
      prefillNanos += computeNanos;
      prefillSteps.recordNanos(computeNanos);
    } else {
      decodeTokens += decoded;
      decodeNanos += computeNanos;
      decodeSteps.recordNanos(computeNanos);
    }
  }

  /** Forgets everything, as after warming up. */
  synchronized void reset() {
    timesToFirstToken = new LatencyRecorder();
    interTokenLatencies = new LatencyRecorder();
    decodeSteps = new LatencyRecorder();
    prefillSteps = new LatencyRecorder();
    decodedInStep = 0;
    prefillTokens = 0;
    prefillNanos = 0;
    decodeTokens = 0;
    decodeNanos = 0;
  }

  /**
   * What was measured.
   *
   * @param prefillTokensPerSecond over the steps that prefilled anything; 0 if none did
   * @param decodeTokensPerSecond over the steps that only decoded; 0 if none did
   */
  public record Reading(
      double prefillTokensPerSecond,
      double decodeTokensPerSecond,
      LatencySummary timeToFirstToken,
      LatencySummary interTokenLatency,
      LatencySummary prefillStep,
      LatencySummary decodeStep) {}

  synchronized Reading read() {
    return new Reading(
        perSecond(prefillTokens, prefillNanos),
        perSecond(decodeTokens, decodeNanos),
        timesToFirstToken.summary(),
        interTokenLatencies.summary(),
        prefillSteps.summary(),
        decodeSteps.summary());
  }

  static double perSecond(long count, long nanos) {
    return nanos == 0 ? 0 : count * 1e9 / nanos;
  }
}
