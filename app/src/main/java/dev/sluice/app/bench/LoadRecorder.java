package dev.sluice.app.bench;

import dev.sluice.app.client.ApiException;
import java.util.Map;
import java.util.TreeMap;

/** Adds up the requests of a load run; thread-safe. */
final class LoadRecorder {
  private final LoadSpec spec;
  private final LatencyRecorder timesToFirstToken = new LatencyRecorder();
  private final LatencyRecorder interTokenLatencies = new LatencyRecorder();
  private final LatencyRecorder endToEnd = new LatencyRecorder();
  private final LatencyRecorder startDelays = new LatencyRecorder();
  private final Map<String, Integer> errors = new TreeMap<>();
  private int completed;
  private int good;
  private long promptTokens;
  private long outputTokens;

  LoadRecorder(LoadSpec spec) {
    this.spec = spec;
  }

  void started(long delayNanos) {
    startDelays.recordNanos(delayNanos);
  }

  void interTokenLatency(long nanos) {
    interTokenLatencies.recordNanos(nanos);
  }

  synchronized void completed(RequestTrace trace, long endNanos) {
    completed++;
    promptTokens += Math.max(0, trace.promptTokens());
    outputTokens += trace.outputTokens();
    endToEnd.recordNanos(endNanos - trace.intendedNanos());
    if (trace.hasText()) {
      timesToFirstToken.recordNanos(trace.timeToFirstTokenNanos());
    }
    if (isGood(trace)) {
      good++;
    }
  }

  private boolean isGood(RequestTrace trace) {
    long firstGoal = spec.timeToFirstTokenGoal().toNanos();
    long interGoal = spec.interTokenGoal().toNanos();
    return (firstGoal == 0 || (trace.hasText() && trace.timeToFirstTokenNanos() <= firstGoal))
        && (interGoal == 0 || trace.meanInterTokenNanos() <= interGoal);
  }

  synchronized void failed(RequestTrace trace, Throwable error) {
    outputTokens += trace.outputTokens();
    String kind = error instanceof ApiException e ? e.kind() : error.getClass().getSimpleName();
    errors.merge(kind, 1, Integer::sum);
  }

  synchronized LoadResult result(String load, long nanos) {
    return new LoadResult(
        load,
        spec.requests(),
        completed,
        Map.copyOf(errors),
        nanos / 1e9,
        promptTokens,
        outputTokens,
        StepMeter.perSecond(outputTokens, nanos),
        StepMeter.perSecond(completed, nanos),
        StepMeter.perSecond(good, nanos),
        timesToFirstToken.summary(),
        interTokenLatencies.summary(),
        endToEnd.summary(),
        startDelays.summary());
  }
}
