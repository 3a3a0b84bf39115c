package dev.sluice.engine.simulation;

/** What a simulated world found wrong. */
final class SimulationFailure extends AssertionError {
  private static final long serialVersionUID = 1L;

  /** In which way; a schedule is shrunk only while it fails in the same one. */
  enum Kind {
    /** A stream differs from the undisturbed one. */
    STREAM,
    /** The scheduler or its memory contradicts itself. */
    INVARIANT,
    /** The scheduler differs from the reference model. */
    MODEL,
    /** Nothing advances, or it takes too long. */
    LIVENESS
  }

  final Kind kind;

  SimulationFailure(Kind kind, String message) {
    super(kind + ": " + message);
    this.kind = kind;
  }

  SimulationFailure(Kind kind, String message, Throwable cause) {
    super(kind + ": " + message, cause);
    this.kind = kind;
  }
}
