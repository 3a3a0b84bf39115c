package dev.sluice.spring;

import dev.sluice.engine.EngineSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Lets go of the load balancer first, of the readers second, of the port last. It stops before the
 * web server does, so that probes are still answered while streams finish.
 */
final class GracefulDrain implements SmartLifecycle {
  private static final Logger log = LoggerFactory.getLogger(GracefulDrain.class);

  /** Web servers stop 1024 phases before the last; what has a higher phase stops sooner. */
  private static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1024 + 512;

  /** For error events to reach their readers. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private static final Duration ENGINE_STOP = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 20;

  private final ApplicationContext context;
  private final ModelHolder holder;
  private final List<DrainParticipant> participants;
  private final Duration timeout;
  private volatile boolean running;

  GracefulDrain(
      ApplicationContext context,
      ModelHolder holder,
      List<DrainParticipant> participants,
      Duration timeout) {
    this.context = context;
    this.holder = holder;
    this.participants = participants;
    this.timeout = timeout;
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
    return PHASE;
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
    if (open() > 0) {
      log.info("Draining: {} answers are under way", open());
    }
    if (!await(() -> open() == 0 && !isGenerating(model), timeout)) {
      log.warn("What did not end within {} ends with an error: {} answers", timeout, open());
      participants.forEach(DrainParticipant::cut);
      await(() -> open() == 0, LAST_WORDS);
    }
    participants.forEach(DrainParticipant::close);
    if (model != null) {
      model.engine().shutdown(ENGINE_STOP);
    }
  }

  private int open() {
    return participants.stream().mapToInt(DrainParticipant::open).sum();
  }

  /** Also for readers inside the application, whom no participant knows. */
  private static boolean isGenerating(@Nullable ServedModel model) {
    if (model == null || !model.engine().isAlive()) {
      return false;
    }
    EngineSnapshot s = model.engine().snapshot();
    return s.running() + s.yielded() + s.stalled() + s.paused() + s.preempted() + s.waiting() > 0;
  }

  private static boolean await(BooleanSupplier done, Duration timeout) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() - deadline >= 0) {
        return false;
      }
      Thread.sleep(POLL_MILLIS);
    }
    return true;
  }
}
