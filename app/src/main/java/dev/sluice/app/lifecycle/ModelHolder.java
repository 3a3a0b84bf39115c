package dev.sluice.app.lifecycle;

import dev.sluice.app.api.ApiException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;

/** Where requests find the model, once it is loaded and until the server drains. */
@Component
public final class ModelHolder {
  private static final Duration LOADING_RETRY = Duration.ofSeconds(2);

  private volatile @Nullable ServedModel model;
  private volatile boolean draining;

  /** The model, or 503 while it loads and once the server drains. */
  public ServedModel require() {
    ServedModel current = model;
    if (draining) {
      throw unavailable("shutting_down", "the server is shutting down", Duration.ofSeconds(1));
    }
    if (current == null) {
      throw unavailable("loading", "the model is still loading; try again soon", LOADING_RETRY);
    }
    return current;
  }

  private static ApiException unavailable(String code, String message, Duration retryAfter) {
    return ApiException.retryable(HttpStatus.SERVICE_UNAVAILABLE, code, message, retryAfter);
  }

  /** The model, loaded or not. */
  public @Nullable ServedModel model() {
    return model;
  }

  /** Whether requests are answered. */
  public boolean isReady() {
    ServedModel current = model;
    return current != null && !draining && current.engine().isAlive();
  }

  public boolean isDraining() {
    return draining;
  }

  public void ready(ServedModel loaded) {
    model = loaded;
  }

  /** From now on requests are refused. */
  public void drain() {
    draining = true;
  }
}
