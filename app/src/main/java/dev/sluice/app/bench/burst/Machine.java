package dev.sluice.app.bench.burst;

/**
 * What steps cost on the machine that is simulated, and what it holds.
 *
 * @param stepMillis of a step, whatever is in it: the weights are read once
 * @param prefillMillis per prompt token
 * @param decodeMillis per sequence that generates
 * @param copyMillis per block copied to or from the host tier
 * @param maxSequences most sequences in a step
 * @param maxBatchedTokens most tokens in a step
 * @param blockSize tokens per KV block
 * @param blocks KV blocks
 * @param tierBlocks blocks of the host tier
 */
public record Machine(
    double stepMillis,
    double prefillMillis,
    double decodeMillis,
    double copyMillis,
    int maxSequences,
    int maxBatchedTokens,
    int blockSize,
    int blocks,
    int tierBlocks) {

  /**
   * An 8B model in 16 bits with 3.4 GB for KV, which is 131 kB per token: a block of 16 takes 0.05
   * ms at 42 GB/s to the host.
   */
  public static final Machine GPU = new Machine(12, 0.06, 0.12, 0.05, 64, 2048, 16, 1600, 16000);

  /** Tokens per second that it generates with every place taken and nothing to prefill. */
  double capacity() {
    return maxSequences * 1000 / (stepMillis + maxSequences * decodeMillis);
  }
}
