package dev.sluice.app.lifecycle;

import dev.sluice.app.runtime.Signals;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * SIGTERM: the first drains and exits with 0, since that is a success; the second ends the process
 * at once. Left alone, Java drains too, but says 143.
 */
public final class Termination {
  private static final Logger log = LoggerFactory.getLogger(Termination.class);

  private static final int TERMINATED = 143;

  private final ConfigurableApplicationContext context;
  private final AtomicBoolean draining = new AtomicBoolean();

  private Termination(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /** Takes SIGTERM over for the rest of the process. */
  public static void install(ConfigurableApplicationContext context) {
    Termination termination = new Termination(context);
    if (!Signals.handle("TERM", termination::terminate)) {
      log.debug("SIGTERM is left to Java");
    }
  }

  private void terminate() {
    if (draining.getAndSet(true)) {
      Runtime.getRuntime().halt(TERMINATED);
    }
    Thread.ofPlatform().name("terminate").start(() -> System.exit(SpringApplication.exit(context)));
  }
}
