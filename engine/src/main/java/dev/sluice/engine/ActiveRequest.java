package dev.sluice.engine;

import dev.sluice.engine.EngineObserver.RequestStats;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import dev.sluice.engine.scheduler.StallPolicy;
import dev.sluice.engine.stream.StreamState;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.stream.TokenStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A live sequence with its reader and its times; owned by the engine thread once submitted. */
final class ActiveRequest {
  /** Tokens that one event merges at most, which bounds what a reader gets at once. */
  private static final int MAX_MERGED = 256;

  /** Tokens that are kept for a reader that merges; at more its sequence stalls as any other. */
  private static final int MAX_MISSED = 4096;

  private static final int DECODING = -1;

  final Sequence sequence;
  final TokenStream stream;
  private final Consumer<StreamState> states;
  private final Admission.Place place;
  private final int maxTokens;
  private final long submittedNanos;
  private final List<TokenEvent> missed = new ArrayList<>(0); // by a reader that merges
  private long missedSinceNanos;
  private long scheduledNanos;
  private long firstTokenNanos;
  private long lastTokenNanos;
  private boolean scheduled;
  private @Nullable SequenceState announced;
  private int announcedDetail;

  ActiveRequest(
      Sequence sequence,
      TokenStream stream,
      Consumer<StreamState> states,
      Admission.Place place,
      int maxTokens,
      long nowNanos) {
    this.sequence = sequence;
    this.stream = stream;
    this.states = states;
    this.place = place;
    this.maxTokens = maxTokens;
    this.submittedNanos = nowNanos;
  }

  /** Tokens that may be generated: what the reader wants, or any number if it merges them. */
  long demand() {
    boolean merges = sequence.scheduling().onStall() == StallPolicy.CONFLATE;
    return merges && missed.size() < MAX_MISSED ? Long.MAX_VALUE : stream.demand();
  }

  /** Hands a token to the reader, or keeps it if the reader wants none and merges. */
  void deliver(TokenEvent event, long nowNanos) {
    if (missed.isEmpty() && stream.demand() > 0) {
      stream.next(event);
      return;
    }
    if (missed.isEmpty()) {
      missedSinceNanos = nowNanos;
    }
    missed.add(event);
  }

  /** Hands over what the reader missed, as far as it wants it; whether all is handed over. */
  boolean deliverMissed(long nowNanos) {
    while (!missed.isEmpty() && stream.demand() > 0) {
      List<TokenEvent> merged = missed.subList(0, Math.min(MAX_MERGED, missed.size()));
      stream.next(new TokenEvent.Tokens(List.copyOf(merged)));
      merged.clear();
      missedSinceNanos = nowNanos;
    }
    return missed.isEmpty();
  }

  /** For how long tokens have lain here that the reader did not take. */
  long missedNanos(long nowNanos) {
    return missed.isEmpty() ? 0 : nowNanos - missedSinceNanos;
  }

  /**
   * Tells the reader in what state its stream is, if that has changed.
   *
   * @param ahead how many wait before it, if it waits
   */
  void announce(int ahead) {
    SequenceState state = sequence.state();
    if (state.isTerminal()) {
      return; // the stream's end says it
    }
    // That it stands back for others is not its reader's business, who has enough to read.
    SequenceState shown = state == SequenceState.YIELDED ? SequenceState.RUNNING : state;
    int detail = detail(shown, ahead);
    if (shown != announced || detail != announcedDetail) {
      states.accept(streamState(shown, detail));
      announced = shown;
      announcedDetail = detail;
    }
  }

  /** What else there is to tell in a state. */
  private int detail(SequenceState state, int ahead) {
    return switch (state) {
      case WAITING -> ahead;
      case PREEMPTED -> sequence.isOffloaded() ? 1 : 0;
      case RUNNING -> sequence.generatedTokens() == 0 ? sequence.computedTokens() : DECODING;
      default -> 0;
    };
  }

  private StreamState streamState(SequenceState state, int detail) {
    return switch (state) {
      case WAITING -> new StreamState.Queued(detail);
      case STALLED -> new StreamState.Stalled();
      case PAUSED -> new StreamState.Paused();
      case PREEMPTED -> new StreamState.Preempted(detail == 1);
      default -> detail == DECODING ? decoding() : prefill(detail);
    };
  }

  private StreamState prefill(int computedTokens) {
    return new StreamState.Prefill(computedTokens, sequence.promptTokens());
  }

  private StreamState decoding() {
    boolean goesOn = announced == SequenceState.WAITING || announced == SequenceState.RUNNING;
    return goesOn ? new StreamState.Running() : new StreamState.Resumed();
  }

  /** Gives its place in the queue back, if it has not done so. */
  void leaveQueue() {
    place.close();
  }

  void scheduled(long nowNanos) {
    if (!scheduled) {
      scheduled = true;
      scheduledNanos = Math.max(nowNanos, submittedNanos); // a step may see one newer than itself
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

  SequenceInfo info(long nowNanos) {
    return new SequenceInfo(
        sequence.id(),
        sequence.scheduling().tenant(),
        sequence.state(),
        sequence.priority(),
        sequence.scheduling().onStall(),
        sequence.isHeld(),
        sequence.promptTokens(),
        sequence.computedTokens(),
        sequence.generatedTokens(),
        maxTokens,
        (int) Math.min(Integer.MAX_VALUE, stream.demand()),
        stream.lead(),
        stream.readingRate(),
        sequence.blockIds(),
        sequence.tierBlockCount(),
        sequence.stalls(),
        sequence.preemptions(),
        TimeUnit.NANOSECONDS.toMillis(sequence.idleNanos(nowNanos)),
        TimeUnit.NANOSECONDS.toMillis(sequence.waitedNanos(nowNanos)));
  }
}
