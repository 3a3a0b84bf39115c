package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.Sequence;

/**
 * A stream's reader, as {@link Reading} describes it: consumes, grants, goes away and comes back,
 * all on virtual time.
 */
final class Reader {
  private static final long NEVER = Long.MAX_VALUE;

  private final Reading reading;
  private long granted;
  private long emitted;
  private long consumed;
  private long consumesNextAtNanos = NEVER;
  private long grantedAtNanos;
  private boolean hasRefilled;
  private int absence; // the next, or the one it is in
  private boolean away;
  private long returnsAtNanos = NEVER;

  Reader(Reading reading) {
    this.reading = reading;
    granted = reading.window();
    goAwayIfDue();
  }

  /** A token reached it. */
  void emit(long now) {
    emitted++;
    if (!away && consumesNextAtNanos == NEVER && !reading.isUnbounded()) {
      consumesNextAtNanos = now + reading.nanosPerToken();
    }
  }

  long emitted() {
    return emitted;
  }

  /** Lets it do what it does until now, then says how many tokens it wants. */
  long demand(long now) {
    while (consumesNextAtNanos <= now) {
      consume(consumesNextAtNanos);
    }
    if (away && demand() == 0 && returnsAtNanos == NEVER) {
      returnsAtNanos = after(reading.absences().get(absence).nanos(), now);
    }
    if (away && returnsAtNanos <= now) {
      comeBack(returnsAtNanos);
    }
    return demand();
  }

  /** Tokens that it had asked for as of the last look. */
  long outstanding() {
    return demand();
  }

  private static long after(long nanos, long now) {
    return nanos == Absence.FOREVER ? NEVER : now + nanos;
  }

  private long demand() {
    return reading.isUnbounded() ? Reading.ENDLESS : granted - emitted;
  }

  private void consume(long now) {
    consumed++;
    grant(now);
    consumesNextAtNanos = consumed < emitted ? now + reading.nanosPerToken() : NEVER;
    goAwayIfDue();
  }

  private void grant(long now) {
    while (consumed + reading.window() - granted >= reading.refill()) {
      granted += reading.refill();
      grantedAtNanos = now;
      hasRefilled = true;
    }
  }

  private void goAwayIfDue() {
    if (absence < reading.absences().size()
        && consumed >= reading.absences().get(absence).afterTokens()) {
      away = true;
      consumesNextAtNanos = NEVER;
      returnsAtNanos = NEVER;
    }
  }

  /** It catches up at once with what it missed. */
  private void comeBack(long now) {
    away = false;
    returnsAtNanos = NEVER;
    absence++;
    consumed = emitted;
    grant(now);
    goAwayIfDue();
  }

  /** From now on it asks for everything. */
  void calm() {
    granted = Reading.ENDLESS;
    away = false;
    consumesNextAtNanos = NEVER;
    returnsAtNanos = NEVER;
  }

  /** When it will next do something by itself. */
  long nextAtNanos() {
    return Math.min(consumesNextAtNanos, returnsAtNanos);
  }

  /** When it will have read all, as its credits tell: its lead over its rate. */
  long dryAtNanos() {
    if (!reading.tellsPace() || !hasRefilled || granted == Reading.ENDLESS) {
      return Sequence.NO_LEAD;
    }
    long knownConsumed = granted - reading.window();
    return grantedAtNanos + (emitted - knownConsumed) * reading.nanosPerToken();
  }
}
