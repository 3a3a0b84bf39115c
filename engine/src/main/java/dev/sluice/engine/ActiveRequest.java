package dev.sluice.engine;

import dev.sluice.engine.EngineObserver.RequestStats;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.stream.TokenStream;

/** A live sequence with its reader and its times; owned by the engine thread once submitted. */
final class ActiveRequest {
  final Sequence sequence;
  final TokenStream stream;
  private final int maxTokens;
  private final long submittedNanos;
  private long scheduledNanos;
  private long firstTokenNanos;
  private long lastTokenNanos;
  private boolean scheduled;
  private boolean queued = true;

  ActiveRequest(Sequence sequence, TokenStream stream, int maxTokens, long nowNanos) {
    this.sequence = sequence;
    this.stream = stream;
    this.maxTokens = maxTokens;
    this.submittedNanos = nowNanos;
  }

  /** Takes it off the queue's account; true the first time only. */
  boolean leaveQueue() {
    boolean was = queued;
    queued = false;
    return was;
  }

  void scheduled(long nowNanos) {
    if (!scheduled) {
      scheduled = true;
      scheduledNanos = nowNanos;
    }
  }

  /** Notes a token and tells the observer how long its reader waited for it. */
  void token(long nowNanos, EngineObserver observer) {
    if (sequence.generatedTokens() == 1) {
      firstTokenNanos = nowNanos;
      observer.onFirstToken(scheduledNanos - submittedNanos, nowNanos - submittedNanos);
    } else {
      observer.onInterTokenLatency(nowNanos - lastTokenNanos);
    }
    lastTokenNanos = nowNanos;
  }

  RequestStats stats(long nowNanos) {
    boolean started = sequence.generatedTokens() > 0;
    long prefillEnd = started ? firstTokenNanos : nowNanos;
    return new RequestStats(
        sequence.promptTokens(),
        sequence.cachedTokens(),
        sequence.generatedTokens(),
        maxTokens,
        (scheduled ? scheduledNanos : nowNanos) - submittedNanos,
        scheduled ? prefillEnd - scheduledNanos : 0,
        started ? lastTokenNanos - firstTokenNanos : 0,
        nowNanos - submittedNanos,
        sequence.preemptions());
  }
}
