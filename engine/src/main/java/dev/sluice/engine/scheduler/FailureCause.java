package dev.sluice.engine.scheduler;

/** Why the scheduler itself ended a sequence. */
public enum FailureCause {
  /** It waited too long for its first blocks. */
  QUEUE_TIMEOUT,
  /** Its first token came too late for its request. */
  FIRST_TOKEN_DEADLINE,
  /** Its last token came too late for its request. */
  DEADLINE,
  /** Its reader stopped, and its request says to end it then. */
  STALL_POLICY,
  /** Its reader stopped and did not return in time. */
  STALL_TIMEOUT,
  /** It was held and not released in time. */
  HOLD_TIMEOUT
}
