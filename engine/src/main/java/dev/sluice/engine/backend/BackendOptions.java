package dev.sluice.engine.backend;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What the operator decides about a backend's memory and threads.
 *
 * @param threads worker threads, the engine thread included
 * @param blockSize tokens per KV block
 * @param blockCount KV blocks to allocate
 * @param tierBlockCount blocks of the host tier, where preempted KV is kept; 0 is none
 * @param tierFolder keeps the host tier in a file there; null keeps it in memory
 * @param maxBatchedTokens most tokens in one step
 * @param maxSequences most sequences in one step
 * @param maxModelLen longest context of one sequence, in tokens
 */
public record BackendOptions(
    int threads,
    int blockSize,
    int blockCount,
    int tierBlockCount,
    @Nullable Path tierFolder,
    int maxBatchedTokens,
    int maxSequences,
    int maxModelLen) {

  /** Options without a host tier. */
  public BackendOptions(
      int threads,
      int blockSize,
      int blockCount,
      int maxBatchedTokens,
      int maxSequences,
      int maxModelLen) {
    this(threads, blockSize, blockCount, 0, null, maxBatchedTokens, maxSequences, maxModelLen);
  }
}
