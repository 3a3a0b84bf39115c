package dev.sluice.engine.scheduler;

/**
 * Told of the scheduler's decisions as it makes them: for meters and recordings. Must neither throw
 * nor call back.
 */
public interface SchedulerTrace {
  /** Records nothing. */
  SchedulerTrace NONE = new SchedulerTrace() {};

  /** A new sequence got its first blocks; so many of its tokens were found in the cache. */
  default void admitted(Sequence sequence, int blocks, int cachedTokens) {}

  /** A sequence that runs got further blocks. */
  default void allocated(Sequence sequence, int blocks) {}

  /** Its reader has no demand any more. */
  default void stalled(Sequence sequence) {}

  /** It has stood still for long. */
  default void paused(Sequence sequence) {}

  /** It gave its place in the batch to another. */
  default void yielded(Sequence sequence) {}

  /**
   * Its blocks were taken.
   *
   * @param blocks how many
   * @param offloaded copied to the host tier; else they must be computed again
   * @param lostTokens tokens whose computation was lost
   */
  default void preempted(
      Sequence sequence, PreemptionCause cause, int blocks, boolean offloaded, int lostTokens) {}

  /** Its copy in the host tier made room for another's; it must be computed again. */
  default void evicted(Sequence sequence, int blocks) {}

  /** Its reader has demand again, after so long. */
  default void returned(Sequence sequence, long idleNanos) {}

  /**
   * It runs again.
   *
   * @param from the state that it comes from
   * @param waitedNanos how long it stood there though its reader had demand
   * @param restoredBlocks copied back from the host tier
   */
  default void resumed(
      Sequence sequence, SequenceState from, long waitedNanos, int restoredBlocks) {}

  /** The scheduler ended it. */
  default void failed(Sequence sequence, FailureCause cause) {}
}
