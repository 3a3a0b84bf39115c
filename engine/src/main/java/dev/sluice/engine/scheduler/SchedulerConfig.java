package dev.sluice.engine.scheduler;

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
 */
public record SchedulerConfig(
    int maxSequences,
    int maxBatchedTokens,
    int maxModelLen,
    int blockSize,
    int blockCount,
    boolean prefixCaching,
    long queueTimeoutNanos,
    String cacheSalt) {

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
