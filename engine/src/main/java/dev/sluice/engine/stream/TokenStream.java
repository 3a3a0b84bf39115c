package dev.sluice.engine.stream;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The engine's end of one reader's stream: where tokens go in and demand comes out.
 *
 * <p>Only the engine thread emits. Demand and disconnects arrive on any thread, also from within an
 * emission, and only wake the engine.
 */
public final class TokenStream {
  /**
   * Runs everything downstream of the engine: detokenising, JSON, frames. Shared by all engines and
   * never disposed, since a reader may draw the rest of its stream after its engine has ended.
   */
  private static final Scheduler PUBLISHER =
      Schedulers.newParallel(
          "token-publish", Math.clamp(Runtime.getRuntime().availableProcessors() / 4, 1, 4), true);

  private final AtomicLong granted = new AtomicLong(); // by the reader, before any lookahead
  private final ReaderPace pace = new ReaderPace();
  private final Sinks.Empty<Void> cut = Sinks.empty();
  private long emitted;
  private volatile @Nullable FluxSink<TokenEvent> sink;

  private TokenStream() {}

  /**
   * A cold stream.
   *
   * @param onSubscribe hands a subscriber's stream to the engine; may end it with an error
   * @param wake tells the engine to look at demands again; must be wait-free
   * @param lookahead tokens that may be computed ahead of the reader's demand
   */
  public static Flux<TokenEvent> create(
      Consumer<TokenStream> onSubscribe, Runnable wake, int lookahead) {
    return Flux.defer(() -> {
      TokenStream stream = new TokenStream();
      // The engine never emits without demand, so an overflow is a bug and must be seen.
      return Flux.<TokenEvent>create(
              sink -> stream.attach(sink, onSubscribe, wake), FluxSink.OverflowStrategy.ERROR)
          .publishOn(PUBLISHER, lookahead)
          .takeUntilOther(stream.cut.asMono().publishOn(PUBLISHER))
          .doOnRequest(stream::grant);
    });
  }

  private void attach(
      FluxSink<TokenEvent> subscriber, Consumer<TokenStream> onSubscribe, Runnable wake) {
    sink = subscriber;
    subscriber.onDispose(() -> dispose(wake));
    onSubscribe.accept(this);
    subscriber.onRequest(n -> wake.run());
  }

  private void dispose(Runnable wake) {
    sink = null; // Reactive Streams 3.13: keep no reference to a subscriber that left
    wake.run();
  }

  private void grant(long tokens) {
    granted.accumulateAndGet(tokens, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b);
  }

  /** Whether the reader has left or the stream has ended. */
  public boolean isDisposed() {
    return sink == null;
  }

  /** Tokens that may be emitted now, the lookahead included. */
  public long demand() {
    FluxSink<TokenEvent> current = sink;
    return current == null ? 0 : current.requestedFromDownstream();
  }

  /**
   * When the reader will have read all that was emitted, or {@link
   * dev.sluice.engine.scheduler.Sequence#NO_LEAD}. Engine thread only.
   */
  public long dryAtNanos(long nowNanos) {
    return pace.dryAtNanos(granted.get(), emitted, nowNanos);
  }

  /** Tokens that were emitted and not read; 0 if the reader does not tell. Engine thread only. */
  public long lead() {
    return pace.lead(emitted);
  }

  /** Tokens per second that the reader reads; 0 if it does not tell. Engine thread only. */
  public double readingRate() {
    return pace.rate();
  }

  /** Emits an event, for which there must be demand. */
  public void next(TokenEvent event) {
    FluxSink<TokenEvent> current = sink;
    if (current != null) {
      emitted++;
      current.next(event);
    }
  }

  /** Ends the stream after its last token; needs no demand. */
  public void complete() {
    FluxSink<TokenEvent> current = sink;
    if (current != null) {
      current.complete();
    }
  }

  /**
   * Ends the stream by an error; needs no demand. It follows the tokens that were emitted, but
   * overtakes them if their reader has stopped, which would never hear of it otherwise.
   */
  public void error(Throwable error) {
    FluxSink<TokenEvent> current = sink;
    if (current == null) {
      return;
    }
    if (emitted > 0 && current.requestedFromDownstream() == 0) {
      cut.tryEmitError(error);
    } else {
      current.error(error);
    }
  }
}
