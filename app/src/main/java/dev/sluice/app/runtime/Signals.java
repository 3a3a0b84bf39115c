package dev.sluice.app.runtime;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;

/**
 * Signals from the operating system.
 *
 * <p>The JDK's only API for them is unsupported, and naming its classes fails a build that has no
 * warnings; so they are reached by reflection.
 */
public final class Signals {

  private Signals() {}

  /**
   * Runs {@code action} on a thread of the JVM's whenever the signal comes, for the rest of the
   * process.
   *
   * @param name without {@code SIG}, as {@code TERM}
   * @return false if that can't be had here; the signal then keeps its default action
   */
  public static boolean handle(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler onSignal =
          (_, method, _) -> {
            if (method.getName().equals("handle")) {
              action.run();
            }
            return null;
          };
      Object proxy =
          Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, onSignal);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      return true;
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return false;
    }
  }
}
