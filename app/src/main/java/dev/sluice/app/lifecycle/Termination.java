package dev.sluice.app.lifecycle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * SIGTERM: the first drains and exits with 0, since that is a success; the second ends the process
 * at once. Left alone, Java drains too, but says 143.
 *
 * <p>The JDK's only signal API is unsupported, and naming its classes fails a build that has no
 * warnings; so they are reached by reflection, and without them Java's own way stays.
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
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler onSignal =
          (_, method, _) -> {
            if (method.getName().equals("handle")) {
              termination.terminate();
            }
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onSignal);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("TERM"), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      log.debug("SIGTERM is left to Java", e);
    }
  }

  private void terminate() {
    if (draining.getAndSet(true)) {
      Runtime.getRuntime().halt(TERMINATED);
    }
    Thread.ofPlatform().name("terminate").start(() -> System.exit(SpringApplication.exit(context)));
  }
}
