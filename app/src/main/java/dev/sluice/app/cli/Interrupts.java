package dev.sluice.app.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C: stops what runs; where nothing runs, it ends the process as always.
 *
 * <p>The JDK's only signal API is unsupported, and naming its classes fails a build that has no
 * warnings; so they are reached by reflection, and without them Ctrl-C just ends the process.
 */
final class Interrupts {
  private static final int EXIT_CODE = 130;

  private final AtomicReference<@Nullable Runnable> running = new AtomicReference<>();

  /** Takes Ctrl-C over for the rest of the process. */
  void install() {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler onSignal =
          (_, method, _) -> {
            if (method.getName().equals("handle")) {
              interrupt();
            }
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onSignal);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance("INT"), proxy);
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      running.set(null); // no such API, or no such signal: the default action stays
    }
  }

  /** Stops what runs, at most once; with nothing to stop, ends the process. */
  void interrupt() {
    Runnable stop = running.getAndSet(null);
    if (stop == null) {
      System.exit(EXIT_CODE);
    } else {
      stop.run();
    }
  }

  /** Names what the next Ctrl-C stops; null if nothing. */
  void onInterrupt(@Nullable Runnable stop) {
    running.set(stop);
  }
}
