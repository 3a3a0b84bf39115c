package dev.sluice.engine.scheduler;

/**
 * Where a sequence is in its life.
 *
 * <pre>
 * WAITING → RUNNING → FINISHED | CANCELLED | FAILED
 *           RUNNING ⇄ STALLED → PAUSED → PREEMPTED → RUNNING     its reader stops, and returns
 *           RUNNING ⇄ YIELDED → PREEMPTED → RUNNING              its reader is far behind it
 * </pre>
 */
public enum SequenceState {
  /** Submitted; holds no KV yet. */
  WAITING,
  /** Holds KV and its reader has demand: it is in the batch. */
  RUNNING,
  /** Holds KV and its reader has demand, but another has its place in the batch for now. */
  YIELDED,
  /** Holds KV, but its reader has no demand: it is out of the batch. */
  STALLED,
  /** Stalled for so long that it is the first victim when KV blocks run out. */
  PAUSED,
  /** Its KV blocks were taken: copied to the host tier, or freed to be computed again. */
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
  public boolean isResident() {
    return this == RUNNING || this == YIELDED || this == STALLED || this == PAUSED;
  }
}
