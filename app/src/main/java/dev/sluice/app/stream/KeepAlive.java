package dev.sluice.app.stream;

import dev.sluice.engine.stream.StreamState;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Comments that keep proxies from cutting a stream that has nothing to say, and tell its reader
 * why: the first after 2 s of silence, then every 15 s and whenever the state has changed, and only
 * while the reader reads.
 */
public final class KeepAlive {
  /** How late a change of state may be told. */
  private static final Duration CHECK = Duration.ofMillis(250);

  private static final long FIRST_MILLIS = 2_000;
  private static final long NEXT_MILLIS = 15_000;

  private KeepAlive() {}

  /** The same items, with comments in their gaps; the state is null until there is one. */
  public static <T> Flux<ServerSentEvent<T>> within(
      Flux<ServerSentEvent<T>> items, Supplier<@Nullable StreamState> state, Scheduler timer) {
    return Flux.defer(() -> {
      Silence silence = new Silence(timer, state);
      Sinks.Empty<Void> ended = Sinks.empty();
      // Ticks without demand are dropped: a stalled reader must not overflow the merge.
      Flux<ServerSentEvent<T>> comments =
          Flux.interval(CHECK, timer)
              .onBackpressureDrop()
              .<String>handle((tick, sink) -> {
                String comment = silence.comment();
                if (comment != null) {
                  sink.next(comment);
                }
              })
              .map(comment -> ServerSentEvent.<T>builder().comment(comment).build())
              .takeUntilOther(ended.asMono());
      // An error must not overtake the items that came before it.
      return Flux.mergeDelayError(
          1, items.doOnNext(item -> silence.broken()).doOnTerminate(ended::tryEmitEmpty), comments);
    });
  }

  /** The state as a comment says it. */
  static String text(@Nullable StreamState state) {
    return switch (state) {
      case null -> "keep-alive";
      case StreamState.Queued(int position) -> "queued position=" + position;
      case StreamState.Prefill(int computed, int total) -> "prefill " + computed + "/" + total;
      case StreamState.Running() -> "keep-alive";
      case StreamState.Stalled() -> "stalled";
      case StreamState.Paused() -> "paused";
      case StreamState.Preempted(boolean _) -> "preempted";
      case StreamState.Resumed() -> "resumed";
    };
  }

  /** How long nothing has been sent, and what was said meanwhile. */
  private static final class Silence {
    private final Scheduler clock;
    private final Supplier<@Nullable StreamState> state;
    private volatile long dueMillis;
    private volatile @Nullable String said;

    Silence(Scheduler clock, Supplier<@Nullable StreamState> state) {
      this.clock = clock;
      this.state = state;
      dueMillis = nowMillis() + FIRST_MILLIS;
    }

    private long nowMillis() {
      return clock.now(TimeUnit.MILLISECONDS);
    }

    void broken() {
      said = null;
      dueMillis = nowMillis() + FIRST_MILLIS;
    }

    /** What is to be said now; null if nothing. */
    @Nullable String comment() {
      long now = nowMillis();
      String before = said;
      String comment = text(state.get());
      if (now < dueMillis && (before == null || before.equals(comment))) {
        return null;
      }
      dueMillis = now + NEXT_MILLIS;
      said = comment;
      return comment;
    }
  }
}
