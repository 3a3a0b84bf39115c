package dev.sluice.spring;

import java.nio.file.Path;
import java.time.Duration;

/**
 * What an operator decides about serving a model. Each value is the property {@code sluice.…} and
 * the flag {@code --…} of vLLM's name.
 *
 * @param modelFile GGUF file
 * @param servedName by which clients ask for it
 * @param maxModelLen longest context of one sequence, in tokens; 0 is the model's own
 * @param maxNumSeqs most sequences in one step
 * @param maxNumBatchedTokens most tokens in one step; also the largest prefill chunk
 * @param blockSize tokens per KV block; a power of two
 * @param kvBlocks KV blocks to allocate; 0 sizes the pool by the machine's memory
 * @param prefixCaching reuse the KV blocks of equal prompt prefixes
 * @param maxQueuedRequests sequences that may wait; one more is refused
 * @param maxQueuedTokens prompt tokens that may wait; 0 is a multiple of the KV cache
 * @param queueTimeout how long a sequence may wait
 * @param readers what becomes of streams whose readers are slower than the engine
 * @param threads worker threads; 0 is all of the machine's
 */
public record ModelSettings(
    Path modelFile,
    String servedName,
    int maxModelLen,
    int maxNumSeqs,
    int maxNumBatchedTokens,
    int blockSize,
    int kvBlocks,
    boolean prefixCaching,
    int maxQueuedRequests,
    int maxQueuedTokens,
    Duration queueTimeout,
    ReaderSettings readers,
    int threads) {

  public static final int DEFAULT_MAX_NUM_SEQS = 64;
  public static final int DEFAULT_MAX_NUM_BATCHED_TOKENS = 512;
  public static final int DEFAULT_BLOCK_SIZE = 16;
  public static final int DEFAULT_MAX_QUEUED_REQUESTS = 256;
  public static final Duration DEFAULT_QUEUE_TIMEOUT = Duration.ofSeconds(60);

  private static final int MAX_BLOCK_SIZE = 256;

  /**
   * Checks every value.
   *
   * @throws OperatorException naming the property, its value, the limit and the remedy
   */
  public ModelSettings {
    require("max-model-len", maxModelLen, 0, 1 << 24);
    require("max-num-seqs", maxNumSeqs, 1, 4096);
    require("max-num-batched-tokens", maxNumBatchedTokens, 1, 1 << 16);
    require("block-size", blockSize, 1, MAX_BLOCK_SIZE);
    require("num-gpu-blocks-override", kvBlocks, 0, 1 << 24);
    require("max-num-queued-reqs", maxQueuedRequests, 0, 1_000_000);
    require("max-num-queued-tokens", maxQueuedTokens, 0, Integer.MAX_VALUE);
    require("threads", threads, 0, 1024);
    requirePowerOfTwo(blockSize);
    requireFits(maxNumSeqs, maxNumBatchedTokens);
    requirePositive(queueTimeout);
  }

  /** A model served under its file's name with everything else as it is without flags. */
  public static ModelSettings defaults(Path modelFile) {
    return new ModelSettings(
        modelFile,
        servedName(modelFile),
        0,
        DEFAULT_MAX_NUM_SEQS,
        DEFAULT_MAX_NUM_BATCHED_TOKENS,
        DEFAULT_BLOCK_SIZE,
        0,
        true,
        DEFAULT_MAX_QUEUED_REQUESTS,
        0,
        DEFAULT_QUEUE_TIMEOUT,
        ReaderSettings.DEFAULT,
        0);
  }

  private static String servedName(Path modelFile) {
    String file = String.valueOf(modelFile.getFileName());
    return file.endsWith(".gguf") ? file.substring(0, file.length() - ".gguf".length()) : file;
  }

  /** Worker threads, with 0 resolved to the machine's. */
  int resolvedThreads() {
    return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
  }

  static void require(String property, int value, int min, int max) {
    if (value < min || value > max) {
      throw invalid(property, value, "is outside of " + min + " to " + max);
    }
  }

  private static void requirePowerOfTwo(int blockSize) {
    if (Integer.bitCount(blockSize) != 1) {
      throw invalid(
          "block-size",
          blockSize,
          "is not a power of two from 1 to " + MAX_BLOCK_SIZE + "; try 16");
    }
  }

  private static void requireFits(int maxNumSeqs, int maxNumBatchedTokens) {
    if (maxNumBatchedTokens < maxNumSeqs) {
      throw invalid(
          "max-num-batched-tokens",
          maxNumBatchedTokens,
          "is below sluice.max-num-seqs "
              + maxNumSeqs
              + ", so not every sequence could run in a step; raise the one or lower the other");
    }
  }

  private static void requirePositive(Duration queueTimeout) {
    if (queueTimeout.isNegative() || queueTimeout.isZero()) {
      throw new OperatorException("sluice.queue-timeout " + queueTimeout + " is not positive");
    }
  }

  private static OperatorException invalid(String property, int value, String problem) {
    return new OperatorException("sluice." + property + " " + value + " " + problem);
  }
}
