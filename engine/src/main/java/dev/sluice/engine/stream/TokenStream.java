package dev.sluice.engine.stream;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
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

  private volatile @Nullable FluxSink<TokenEvent> sink;

  private TokenStream(FluxSink<TokenEvent> sink) {
    this.sink = sink;
  }

  /**
   * A cold stream.
   *
   * @param onSubscribe hands a subscriber's stream to the engine; may end it with an error
   * @param wake tells the engine to look at demands again; must be wait-free
   * @param lookahead tokens that may be computed ahead of the reader's demand
   */
  public static Flux<TokenEvent> create(
      Consumer<TokenStream> onSubscribe, Runnable wake, int lookahead) {
    return Flux.<TokenEvent>create(
            sink -> {
              TokenStream stream = new TokenStream(sink);
              sink.onDispose(() -> stream.dispose(wake));
              onSubscribe.accept(stream);
              sink.onRequest(n -> wake.run());
            },
            // The engine never emits without demand, so an overflow is a bug and must be seen.
            FluxSink.OverflowStrategy.ERROR)
        .publishOn(PUBLISHER, lookahead);
  }

  private void dispose(Runnable wake) {
    sink = null; // Reactive Streams 3.13: keep no reference to a subscriber that left
    wake.run();
  }

  /** Whether the reader has left or the stream has ended. */
  public boolean isDisposed() {
    return sink == null;
  }

  /** Whether the reader wants a token. */
  public boolean hasDemand() {
    FluxSink<TokenEvent> current = sink;
    return current != null && current.requestedFromDownstream() > 0;
  }

  /** Emits a token, for which there must be demand. */
  public void next(TokenEvent event) {
    FluxSink<TokenEvent> current = sink;
    if (current != null) {
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

  /** Ends the stream by an error; needs no demand. */
  public void error(Throwable error) {
    FluxSink<TokenEvent> current = sink;
    if (current != null) {
      current.error(error);
    }
  }
}
