package dev.sluice.app.lifecycle;

import dev.sluice.app.SluiceProperties;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Lets go of the load balancer first, of the readers second, of the port last. It stops before the
 * web server does, so that probes are still answered while streams finish.
 */
@Component
public final class GracefulDrain implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(GracefulDrain.class);

  /** For error events to reach their readers. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static final Duration ENGINE_STOP = Duration.ofSeconds(5);

  private final ApplicationContext context;
  private final ModelHolder holder;
  private final OpenRequests open;
  private final Connections connections;
  private final Duration timeout;
  private volatile boolean running;

  GracefulDrain(
      ApplicationContext context,
      ModelHolder holder,
      OpenRequests open,
      Connections connections,
      SluiceProperties properties) {
    this.context = context;
    this.holder = holder;
    this.open = open;
    this.connections = connections;
    timeout = properties.drainTimeout();
  }

  @Override
  public void start() {
    running = true;
  }

  @Override
  public boolean isRunning() {
    return running;
  }

  @Override
  public int getPhase() {
    return WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 512;
  }

  @Override
  public void stop() {
    stop(() -> {});
  }

  @Override
  public void stop(Runnable callback) {
    running = false;
    Thread.ofVirtual()
        .name("drain")
        .start(() -> {
          try {
            drain();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } finally {
            callback.run();
          }
        });
  }

  private void drain() throws InterruptedException {
    AvailabilityChangeEvent.publish(context, ReadinessState.REFUSING_TRAFFIC);
    holder.drain();
    ServedModel model = holder.model();
    if (model != null) {
      model.engine().drain();
    }
    if (open.count() > 0) {
      log.info("Draining: {} answers are under way", open.count());
    }
    if (!open.awaitNone(timeout)) {
      log.warn("{} answers did not end within {}; they end with an error", open.count(), timeout);
      open.cut();
      open.awaitNone(LAST_WORDS);
    }
    connections.closeAll();
    if (model != null) {
      model.engine().shutdown(ENGINE_STOP);
    }
  }
}
