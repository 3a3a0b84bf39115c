package dev.sluice.engine;

import dev.sluice.engine.EngineObserver.RequestStats;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.stream.StreamState;
import dev.sluice.engine.stream.TokenStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A live sequence with its reader and its times; owned by the engine thread once submitted. */
final class ActiveRequest {
  private static final StreamState RUNNING = new StreamState.Running();
  private static final StreamState RESUMED = new StreamState.Resumed();
  private static final StreamState STALLED = new StreamState.Stalled();

  final Sequence sequence;
  final TokenStream stream;
  private final Consumer<StreamState> states;
  private final int maxTokens;
  private final long submittedNanos;
  private long scheduledNanos;
  private long firstTokenNanos;
  private long lastTokenNanos;
  private boolean scheduled;
  private boolean queued = true;
  private @Nullable StreamState announced;

  ActiveRequest(
      Sequence sequence,
      TokenStream stream,
      Consumer<StreamState> states,
      int maxTokens,
      long nowNanos) {
    this.sequence = sequence;
    this.stream = stream;
    this.states = states;
    this.maxTokens = maxTokens;
    this.submittedNanos = nowNanos;
  }

  /**
   * Tells the reader in what state its stream is, if that has changed.
   *
   * @param ahead how many wait before it, if it waits
   */
  void announce(int ahead) {
    StreamState state = state(ahead);
    if (!state.equals(announced)) {
      announced = state;
      states.accept(state);
    }
  }

  private StreamState state(int ahead) {
    return switch (sequence.state()) {
      case WAITING -> new StreamState.Queued(ahead);
      case STALLED -> STALLED;
      case PREEMPTED -> new StreamState.Preempted(false);
      default -> sequence.generatedTokens() == 0 ? prefill() : running();
    };
  }

  private StreamState prefill() {
    return new StreamState.Prefill(sequence.computedTokens(), sequence.promptTokens());
  }

  private StreamState running() {
    boolean goesOn =
        announced == null
            || announced instanceof StreamState.Running
            || announced instanceof StreamState.Queued
            || announced instanceof StreamState.Prefill;
    return goesOn ? RUNNING : RESUMED;
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
