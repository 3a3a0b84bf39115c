package dev.sluice.engine.scheduler;

/** Where a sequence is in its life. */
public enum SequenceState {
  /** Submitted; holds no KV yet. */
  WAITING,
  /** Holds KV and its reader has demand: it is in the batch. */
  RUNNING,
  /**
   * Holds KV, but its reader has no demand: out of the batch, and the first victim under pressure.
   */
  STALLED,
  /** Its KV was taken for another's sake; it will be recomputed when there is room and demand. */
  PREEMPTED,
  /** Ended with its last token. */
  FINISHED,
  /** Its reader left. */
  CANCELLED,
  /** Ended by an error. */
  FAILED;

  /** Whether nothing more will come. */
  public boolean isTerminal() {
    return this == FINISHED || this == CANCELLED || this == FAILED;
  }

  /** Whether it holds KV blocks. */
  boolean holdsKv() {
    return this == RUNNING || this == STALLED;
  }
}
