package dev.sluice.app.stream;

/** Why a reader can't go on with a stream that there is. */
public final class ResumeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The reasons. */
  public enum Kind {
    /** What follows the event asked for is not kept any more. */
    EVENTS_LOST,
    /** No such event was ever sent. */
    UNKNOWN_EVENT,
    /** Another reader has come for the same stream. */
    TAKEN_OVER
  }

  private final Kind kind;

  public ResumeException(Kind kind) {
    super(kind.name(), null, false, false);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
