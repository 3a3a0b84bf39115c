package dev.sluice.engine.scheduler;

import java.util.Map;

/**
 * The scheduler's limits.
 *
 * @param maxSequences most sequences in one step
 * @param maxBatchedTokens most tokens in one step
 * @param maxModelLen longest context of one sequence, in tokens
 * @param blockSize tokens per KV block
 * @param blockCount KV blocks
 * @param prefixCaching reuse the KV blocks of equal prefixes
 * @param queueTimeoutNanos how long a sequence may wait for its first blocks
 * @param cacheSalt separates the block hashes of different models
 * @param tierBlockCount blocks of the host tier; 0 is no tier
 * @param ladder how long stalled sequences keep what they hold
 * @param slack let streams whose readers are behind them give their places to others
 * @param tenantWeights shares of service; a tenant that is not named has the weight 1
 */
public record SchedulerConfig(
    int maxSequences,
    int maxBatchedTokens,
    int maxModelLen,
    int blockSize,
    int blockCount,
    boolean prefixCaching,
    long queueTimeoutNanos,
    String cacheSalt,
    int tierBlockCount,
    LadderConfig ladder,
    boolean slack,
    Map<String, Double> tenantWeights) {

  public SchedulerConfig {
    require(maxSequences >= 1, "max-num-seqs", maxSequences, "at least 1");
    require(
        maxBatchedTokens >= maxSequences,
        "max-num-batched-tokens",
        maxBatchedTokens,
        "at least max-num-seqs (" + maxSequences + "), so that every sequence can decode");
    require(maxModelLen >= 1, "max-model-len", maxModelLen, "at least 1");
    require(blockSize >= 1, "block-size", blockSize, "at least 1");
    require(blockCount >= 1, "KV block count", blockCount, "at least 1");
    require(tierBlockCount >= 0, "host tier block count", tierBlockCount, "at least 0");
    tenantWeights = Map.copyOf(tenantWeights);
  }

  private static void require(boolean condition, String name, int value, String limit) {
    if (!condition) {
      throw new IllegalArgumentException(name + " " + value + " must be " + limit);
    }
  }

  /** The longest context that one sequence can reach: the model's limit or the whole KV cache. */
  public int maxContext() {
    return (int) Math.min(maxModelLen, (long) blockCount * blockSize);
  }
}
