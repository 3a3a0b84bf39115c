package dev.sluice.engine.stream;

import dev.sluice.engine.scheduler.Sequence;

/**
 * How fast a reader consumes a stream and how far behind it is, told from the credits that it
 * gives; owned by the engine thread.
 *
 * <p>A reader that grants a token for each that it has consumed keeps a window: what it has granted
 * beyond that is what it has consumed. The lead is what was emitted and not consumed, and with the
 * rate at which credits come it tells when the reader will have read everything. A reader that asks
 * for everything at once tells nothing.
 */
public final class ReaderPace {
  /** Weight of the newest rate: a reader's speed changes, but not within a few words. */
  private static final double NEWEST = 0.3;

  private static final long UNBOUNDED = Long.MAX_VALUE / 2;
  private static final double NANOS_PER_SECOND = 1e9;

  private long window;
  private long consumed;
  private boolean begun;
  private long grantedNanos; // when the last credit came, or the first token went
  private double rate; // tokens per second; 0 while unknown

  /**
   * Takes in what has been granted and emitted by now.
   *
   * @return when the reader will have read all, or {@link Sequence#NO_LEAD}
   */
  public long dryAtNanos(long granted, long emitted, long now) {
    if (granted >= UNBOUNDED || emitted == 0) {
      return Sequence.NO_LEAD;
    }
    if (!begun) {
      begun = true;
      window = granted;
      grantedNanos = now;
    }
    window = Math.max(window, granted - emitted);
    long consumedNow = granted - window;
    if (consumedNow > consumed) {
      measure(consumedNow - consumed, consumedNow >= emitted, now);
      consumed = consumedNow;
      grantedNanos = now;
    }
    return rate == 0 ? Sequence.NO_LEAD : dryAt(emitted);
  }

  private void measure(long tokens, boolean wasDry, long now) {
    double measured = tokens * NANOS_PER_SECOND / Math.max(1, now - grantedNanos);
    if (rate == 0) {
      rate = measured;
    } else if (!wasDry || measured > rate) { // a dry reader could have read faster
      rate += NEWEST * (measured - rate);
    }
  }

  private long dryAt(long emitted) {
    return grantedNanos + (long) ((emitted - consumed) / rate * NANOS_PER_SECOND);
  }

  /** Tokens that were emitted and that the reader has not consumed, as of the last look. */
  long lead(long emitted) {
    return rate == 0 ? 0 : emitted - consumed;
  }

  /** Tokens per second that the reader consumes; 0 while unknown. */
  double rate() {
    return rate;
  }
}
