package dev.sluice.engine.simulation;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.scheduler.Scheduler;
import dev.sluice.engine.scheduler.Sequence;

/** Where a test of the simulation breaks what is simulated, from outside of the scheduler. */
interface Sabotage {
  /** Breaks nothing. */
  Sabotage NONE = new Sabotage() {};

  /** A backend that errs, around one that does not. */
  default Backend around(Backend backend) {
    return backend;
  }

  /** Whether the scheduler misses what a reader asks for now. */
  default boolean losesDemand(Sequence sequence) {
    return false;
  }

  /**
   * Whether the world looks away from the scheduler's memory, so that only the streams can betray
   * what is wrong with it.
   */
  default boolean hidesMemory() {
    return false;
  }

  /** Meddles with the scheduler's memory after a step. */
  default void afterStep(Scheduler scheduler, Iterable<Stream> live) {}
}
