package dev.sluice.engine.backend;

/**
 * What the operator decides about a backend's memory and threads.
 *
 * @param threads worker threads, the engine thread included
 * @param blockSize tokens per KV block
 * @param blockCount KV blocks to allocate
 * @param maxBatchedTokens most tokens in one step
 * @param maxSequences most sequences in one step
 * @param maxModelLen longest context of one sequence, in tokens
 */
public record BackendOptions(
    int threads,
    int blockSize,
    int blockCount,
    int maxBatchedTokens,
    int maxSequences,
    int maxModelLen) {}
