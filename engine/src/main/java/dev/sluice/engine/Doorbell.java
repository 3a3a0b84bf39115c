package dev.sluice.engine;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What one thread sleeps by until another has something for it. Whoever leaves something, then
 * rings; the sleeper answers, then looks for it, and sleeps only if nobody has rung since.
 */
final class Doorbell {
  private volatile boolean rung;
  private volatile @Nullable Thread sleeper;

  /** Names the thread that answers and sleeps. */
  void belongsToThisThread() {
    sleeper = Thread.currentThread();
  }

  /** Wakes the sleeper, or keeps it awake; wait-free, any thread. */
  void ring() {
    if (!rung) {
      rung = true;
      LockSupport.unpark(sleeper);
    }
  }

  /** Takes note of all that was left before now, which must then be looked at. */
  void answer() {
    rung = false;
  }

  /** Sleeps for at most so long, and not at all if someone has rung since the last answer. */
  void sleep(long nanos) {
    if (!rung) {
      LockSupport.parkNanos(this, nanos);
    }
  }
}
