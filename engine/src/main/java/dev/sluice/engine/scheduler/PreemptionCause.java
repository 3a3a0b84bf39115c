package dev.sluice.engine.scheduler;

/** Why a sequence lost its KV blocks. */
public enum PreemptionCause {
  /** Its reader had not read for long, so it would not miss them. */
  IDLE,
  /** Its reader was far behind it, and another needed them. */
  SLACK,
  /** Readers that read needed them, and it was the least of those that read. */
  PRESSURE
}
