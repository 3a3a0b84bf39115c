package dev.sluice.app.socket;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many frames a client may still send: a bucket that fills with time. For the connection's
 * event loop only.
 */
public final class FrameBudget {
  /** A client that grants a whole credit token by token stays below it. */
  static final int BURST = 4096;

  /** A hundred streams at 20 tokens/s each, granted token by token. */
  public static final int PER_SECOND = 2048;

  private final LongSupplier nanoTime;
  private double left = BURST;
  private long lastNanos;

  /** A full one. */
  public FrameBudget(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    lastNanos = nanoTime.getAsLong();
  }

  /** Takes a frame off; false if there is none left. */
  public boolean take() {
    long now = nanoTime.getAsLong();
    double refill = (now - lastNanos) * (double) PER_SECOND / TimeUnit.SECONDS.toNanos(1);
    left = Math.min(BURST, left + refill);
    lastNanos = now;
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }
}
