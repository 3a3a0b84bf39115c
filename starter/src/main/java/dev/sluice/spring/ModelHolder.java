package dev.sluice.spring;

import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineException.Kind;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Where requests find the model, once it is loaded and until the application drains. */
public final class ModelHolder {
  private final CompletableFuture<ServedModel> loaded = new CompletableFuture<>();
  private volatile boolean draining;

  /**
   * The model.
   *
   * @throws ModelLoadingException until it is loaded
   * @throws EngineException once the application drains
   */
  public ServedModel require() {
    if (draining) {
      throw new EngineException(Kind.SHUTTING_DOWN, "the server is shutting down");
    }
    ServedModel current = model();
    if (current == null) {
      throw new ModelLoadingException(
          loaded.isCompletedExceptionally()
              ? "the model could not be loaded; the log says why"
              : "the model is still loading; try again soon");
    }
    return current;
  }

  /** The model once it is loaded, for who would rather wait; fails if it can't be loaded. */
  public Mono<ServedModel> loaded() {
    return Mono.fromFuture(loaded, true);
  }

  /** The model; null before it is loaded. */
  public @Nullable ServedModel model() {
    return loaded.isCompletedExceptionally() ? null : loaded.getNow(null);
  }

  /** Whether requests are answered. */
  public boolean isReady() {
    ServedModel current = model();
    return current != null && !draining && current.engine().isAlive();
  }

  /** Whether requests are refused, since the application ends. */
  public boolean isDraining() {
    return draining;
  }

  void ready(ServedModel model) {
    loaded.complete(model);
  }

  void failed(Throwable reason) {
    loaded.completeExceptionally(reason);
  }

  void drain() {
    draining = true;
  }
}
