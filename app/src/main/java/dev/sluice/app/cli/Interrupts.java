package dev.sluice.app.cli;

import dev.sluice.app.runtime.Signals;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Ctrl-C: stops what runs; where nothing runs, it ends the process as always. */
final class Interrupts {
  private static final int EXIT_CODE = 130;

  private final AtomicReference<@Nullable Runnable> running = new AtomicReference<>();

  /** Takes Ctrl-C over for the rest of the process, where that can be had. */
  void install() {
    Signals.handle("INT", this::interrupt);
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
