package dev.sluice.engine;

import java.time.Duration;

/**
 * The engine's limits.
 *
 * @param maxSequences most sequences in one step
 * @param maxBatchedTokens most tokens in one step; also the largest prefill chunk
 * @param maxModelLen longest context of one sequence, in tokens
 * @param prefixCaching reuse the KV blocks of equal prompt prefixes
 * @param maxQueuedRequests sequences that may wait; one more is refused
 * @param queueTimeout how long a sequence may wait before it is refused
 * @param lookahead tokens computed ahead of a reader's demand, per stream
 */
public record EngineConfig(
    int maxSequences,
    int maxBatchedTokens,
    int maxModelLen,
    boolean prefixCaching,
    int maxQueuedRequests,
    Duration queueTimeout,
    int lookahead) {}
