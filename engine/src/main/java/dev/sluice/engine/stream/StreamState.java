package dev.sluice.engine.stream;

/** What a reader may know of why it gets tokens or gets none. */
public sealed interface StreamState {

  /**
   * Waits for its first step.
   *
   * @param position how many came before it and wait as well; its class may let it pass them
   */
  record Queued(int position) implements StreamState {}

  /** Its prompt goes through the model, the cached part counted as computed. */
  record Prefill(int computedTokens, int promptTokens) implements StreamState {}

  /** Generates tokens. */
  record Running() implements StreamState {}

  /** Stands still, since its reader has not asked for more. */
  record Stalled() implements StreamState {}

  /** Has stood still for so long that its memory is the first to be taken. */
  record Paused() implements StreamState {}

  /** Its memory was taken: copied to be copied back, or freed to be computed again. */
  record Preempted(boolean offloaded) implements StreamState {}

  /** Generates tokens again, after it stood still or was preempted. */
  record Resumed() implements StreamState {}
}
