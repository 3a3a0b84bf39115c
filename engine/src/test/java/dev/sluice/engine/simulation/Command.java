package dev.sluice.engine.simulation;

/** What happens to a simulated world at a moment, besides arrivals and reads. */
sealed interface Command {
  /** When. */
  long atNanos();

  /** A request's reader leaves. */
  record Cancel(long atNanos, int request) implements Command {}

  /** All readers leave in one moment. */
  record CancelAll(long atNanos) implements Command {}

  /** An operator holds a request still. */
  record Hold(long atNanos, int request) implements Command {}

  /** An operator releases a request. */
  record Release(long atNanos, int request) implements Command {}

  /** An operator puts a request into another class. */
  record Reprioritise(long atNanos, int request, int priority) implements Command {}

  /** An operator ends a request by an error. */
  record Abort(long atNanos, int request) implements Command {}

  /** The loop looks though nothing happened. */
  record Wake(long atNanos) implements Command {}

  /** The next step fails after it has written its KV. */
  record FailStep(long atNanos) implements Command {}

  /** A row of the next step that samples has void logits. */
  record VoidLogits(long atNanos, int row) implements Command {}

  /** The next copies fail half way, and what lay in the host tier is lost. */
  record FailCopies(long atNanos) implements Command {}

  /** The next step takes longer. */
  record SlowStep(long atNanos, long nanos) implements Command {}
}
