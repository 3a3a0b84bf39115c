package dev.sluice.engine.simulation;

import java.util.List;

/**
 * How a stream is read: a window of granted tokens, refilled in portions as they are consumed.
 *
 * <p>One shape covers them all: {@code request(1)} is a window of 1 refilled by 1, a burst is a
 * window refilled as a whole, a credit transport is 64 refilled by 32, and a reader that asks for
 * everything at once has an endless window.
 *
 * @param window tokens granted before any is consumed; {@link #ENDLESS} for all
 * @param refill tokens granted each time that so many were consumed
 * @param nanosPerToken what consuming a token takes
 * @param tellsPace whether the lead that follows from its credits is told
 * @param absences when it stops, by token
 */
record Reading(
    long window, int refill, long nanosPerToken, boolean tellsPace, List<Absence> absences) {
  static final long ENDLESS = Long.MAX_VALUE;

  /** Asks for everything at once. */
  static final Reading UNBOUNDED = new Reading(ENDLESS, 1, 0, false, List.of());

  boolean isUnbounded() {
    return window == ENDLESS;
  }

  Reading withAbsences(List<Absence> others) {
    return new Reading(window, refill, nanosPerToken, tellsPace, others);
  }
}
