package dev.sluice.engine;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.stream.TokenEvent;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;

/**
 * The facade: requests in, streams of tokens out. Thread-safe.
 *
 * <p>A stream is cold and has one subscriber. Its demand decides whether the sequence runs: what is
 * not requested is not computed, beyond the configured lookahead. Cancelling frees the sequence's
 * KV blocks within one step.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Engine implements AutoCloseable {

  private Engine() {}

  /** Starts the engine thread over an open backend, which the engine then owns. */
  public static Engine start(
      EngineConfig config, Backend backend, int[] endTokenIds, EngineObserver observer) {
    throw new UnsupportedOperationException();
  }

  /** One sequence; errors with {@link EngineException}. */
  public Flux<TokenEvent> open(GenerationRequest request) {
    return openChoices(request, 1).getFirst();
  }

  /**
   * {@code n} sequences over one prompt, whose KV blocks they share; each is a stream of its own
   * and differs in {@code sampling.choice()}.
   */
  public List<Flux<TokenEvent>> openChoices(GenerationRequest request, int n) {
    throw new UnsupportedOperationException();
  }

  public EngineConfig config() {
    throw new UnsupportedOperationException();
  }

  public EngineSnapshot snapshot() {
    throw new UnsupportedOperationException();
  }

  /** Refuses new requests and fails waiting ones; those that run go on. */
  public void drain() {}

  /**
   * Fails what still lives with {@code SHUTTING_DOWN}, waits for the thread and frees the backend.
   */
  public void shutdown(Duration timeout) {}

  @Override
  public void close() {
    shutdown(Duration.ofSeconds(5));
  }
}
