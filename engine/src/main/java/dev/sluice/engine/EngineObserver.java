package dev.sluice.engine;

import dev.sluice.engine.scheduler.FailureCause;
import dev.sluice.engine.scheduler.FinishReason;
import dev.sluice.engine.scheduler.PreemptionCause;
import dev.sluice.engine.scheduler.SequenceState;
import org.jspecify.annotations.Nullable;

/** What meters are made of; called on the engine thread, so it must be quick and never block. */
public interface EngineObserver {

  /** Observes nothing. */
  EngineObserver NONE = new EngineObserver() {};

  /** A step ran. */
  default void onStep(int tokens, long computeNanos, long publishNanos) {}

  /** A sequence got its first token; times are since it was submitted. */
  default void onFirstToken(long queueNanos, long timeToFirstTokenNanos) {}

  /** A sequence got a further token. */
  default void onInterTokenLatency(long nanos) {}

  /** A sequence's reader stopped. */
  default void onStalled() {}

  /** A reader that had stopped came back after so long. */
  default void onReturned(long idleNanos) {}

  /** A sequence lost its KV blocks, by a copy to the host tier or altogether. */
  default void onPreempted(PreemptionCause cause, boolean offloaded, int lostTokens) {}

  /** A sequence runs again, so long after its reader wanted it to. */
  default void onResumed(SequenceState from, long waitedNanos) {}

  /** The scheduler ended a sequence. */
  default void onFailed(FailureCause cause) {}

  /** A sequence ended; {@code reason} is null if it was cancelled or failed. */
  default void onFinished(RequestStats stats, @Nullable FinishReason reason) {}

  /** A request was refused before it ran. */
  default void onRejected(EngineException.Kind kind) {}

  /**
   * One sequence's life in numbers.
   *
   * @param promptTokens length of the prompt
   * @param cachedTokens of it found in the prefix cache
   * @param generatedTokens tokens sampled
   * @param maxTokens as asked for
   * @param queueNanos submitted to first scheduled
   * @param prefillNanos first scheduled to first token
   * @param decodeNanos first to last token
   * @param totalNanos submitted to ended
   * @param preemptions how often its KV was taken
   */
  record RequestStats(
      int promptTokens,
      int cachedTokens,
      int generatedTokens,
      int maxTokens,
      long queueNanos,
      long prefillNanos,
      long decodeNanos,
      long totalNanos,
      int preemptions) {}
}
