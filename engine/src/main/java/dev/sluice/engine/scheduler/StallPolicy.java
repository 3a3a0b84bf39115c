package dev.sluice.engine.scheduler;

/** What becomes of a sequence whose reader stops asking for tokens. */
public enum StallPolicy {
  /** It stops until the reader returns, and gives its memory to others meanwhile. */
  PAUSE,
  /** It runs on; what the reader missed reaches it merged into few events. */
  CONFLATE,
  /**
   * It ends with an error, once the reader has been away for the time after which it would pause.
   */
  ABORT
}
