package dev.sluice.app.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Comments that keep proxies from cutting a stream that has nothing to say yet: the first after 2 s
 * of silence, then every 15 s, and only while the reader reads.
 */
public final class KeepAlive {
  private static final Duration CHECK = Duration.ofSeconds(1);
  private static final long FIRST_MILLIS = 2_000;
  private static final long NEXT_MILLIS = 15_000;

  private KeepAlive() {}

  /** The same items, with comments in their gaps. */
  public static <T> Flux<ServerSentEvent<T>> within(
      Flux<ServerSentEvent<T>> items, Scheduler timer) {
    return Flux.defer(() -> {
      Silence silence = new Silence(timer);
      Sinks.Empty<Void> ended = Sinks.empty();
      // Ticks without demand are dropped: a stalled reader must not overflow the merge.
      Flux<ServerSentEvent<T>> comments =
          Flux.interval(CHECK, timer)
              .onBackpressureDrop()
              .filter(tick -> silence.isDue())
              .map(tick -> ServerSentEvent.<T>builder().comment("keep-alive").build())
              .takeUntilOther(ended.asMono());
      // An error must not overtake the items that came before it.
      return Flux.mergeDelayError(
          1, items.doOnNext(item -> silence.broken()).doOnTerminate(ended::tryEmitEmpty), comments);
    });
  }

  /** How long nothing has been sent. */
  private static final class Silence {
    private final Scheduler clock;
    private final AtomicLong dueMillis;

    Silence(Scheduler clock) {
      this.clock = clock;
      dueMillis = new AtomicLong(nowMillis() + FIRST_MILLIS);
    }

    private long nowMillis() {
      return clock.now(TimeUnit.MILLISECONDS);
    }

    void broken() {
      dueMillis.set(nowMillis() + FIRST_MILLIS);
    }

    boolean isDue() {
      long now = nowMillis();
      long due = dueMillis.get();
      return now >= due && dueMillis.compareAndSet(due, now + NEXT_MILLIS);
    }
  }
}
