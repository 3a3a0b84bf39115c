package dev.sluice.spring;

import dev.sluice.engine.EngineSnapshot;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.ReactiveHealthIndicator;
import reactor.core.publisher.Mono;

/**
 * Liveness and readiness of the engine, read from what it published: a probe must be answered even
 * if the engine's thread hangs.
 */
final class EngineHealth {
  /** Longer than any step and much longer than the loop's sleep. */
  private static final long MAX_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private EngineHealth() {}

  /** Down if the engine's loop has ended or stands still; up while the model loads. */
  static ReactiveHealthIndicator loop(ModelHolder holder) {
    return () ->
        Mono.fromSupplier(() -> {
          ServedModel model = holder.model();
          boolean live = model == null || holder.isDraining() || isLive(model);
          return live ? Health.up().build() : Health.down().build();
        });
  }

  /** Up once the model is loaded, until the application drains. */
  static ReactiveHealthIndicator model(ModelHolder holder) {
    return () ->
        Mono.fromSupplier(
            () -> holder.isReady() ? Health.up().build() : Health.outOfService().build());
  }

  private static boolean isLive(ServedModel model) {
    EngineSnapshot snapshot = model.engine().snapshot();
    boolean beats = System.nanoTime() - snapshot.lastStepNanos() < MAX_SILENCE_NANOS;
    return model.engine().isAlive() && beats;
  }
}
