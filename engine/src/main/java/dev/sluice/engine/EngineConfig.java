package dev.sluice.engine;

import dev.sluice.engine.scheduler.LadderConfig;
import java.time.Duration;
import java.util.Map;

/**
 * The engine's limits.
 *
 * @param maxSequences most sequences in one step
 * @param maxBatchedTokens most tokens in one step; also the largest prefill chunk
 * @param maxModelLen longest context of one sequence, in tokens
 * @param prefixCaching reuse the KV blocks of equal prompt prefixes
 * @param maxQueuedRequests sequences that may wait; one more is refused
 * @param maxQueuedTokens prompt tokens that may wait; 0 allows some caches full
 * @param queueTimeout how long a sequence may wait before it is refused
 * @param lookahead tokens computed ahead of a reader's demand, per stream
 * @param ladder how long a sequence whose reader stopped keeps what it holds
 * @param slack let streams whose readers are behind them give their places to others for a while
 * @param tenantWeights shares of service by tenant; 1 for those that are not named
 */
public record EngineConfig(
    int maxSequences,
    int maxBatchedTokens,
    int maxModelLen,
    boolean prefixCaching,
    int maxQueuedRequests,
    long maxQueuedTokens,
    Duration queueTimeout,
    int lookahead,
    LadderConfig ladder,
    boolean slack,
    Map<String, Double> tenantWeights) {

  /** A configuration with the usual times for stalled readers and equal tenants. */
  public EngineConfig(
      int maxSequences,
      int maxBatchedTokens,
      int maxModelLen,
      boolean prefixCaching,
      int maxQueuedRequests,
      Duration queueTimeout,
      int lookahead) {
    this(
        maxSequences,
        maxBatchedTokens,
        maxModelLen,
        prefixCaching,
        maxQueuedRequests,
        0,
        queueTimeout,
        lookahead,
        LadderConfig.DEFAULT,
        true,
        Map.of());
  }

  /**
   * The ladder with a {@code resumeAt} that a reader can reach: demand comes in lumps of three
   * quarters of the lookahead, so a sequence that waited for more would never resume.
   */
  LadderConfig reachableLadder() {
    int lump = lookahead - (lookahead >> 2);
    return ladder.withResumeAt(Math.min(ladder.resumeAt(), lump));
  }
}
