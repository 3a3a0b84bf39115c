package dev.sluice.spring;

import dev.sluice.engine.model.DecoderSpec;

/**
 * How much KV memory to allocate.
 *
 * @param blocks KV blocks
 * @param tierBlocks blocks for the KV of preempted sequences
 * @param maxModelLen longest context of one sequence, in tokens; fits into the blocks
 */
record KvPool(int blocks, int tierBlocks, int maxModelLen) {
  /** Full-length sequences that an automatic pool has room for, if memory allows. */
  private static final int ROOMY_SEQUENCES = 16;

  /** An automatic pool takes at most one part in this many of the machine's memory. */
  private static final int MEMORY_SHARE = 4;

  /** More is for operators to ask for: the pool's memory fills as sequences and prefixes do. */
  private static final long AUTOMATIC_LIMIT_BYTES = 2L << 30;

  private static final long MAX_TIER_BLOCKS = 1 << 24;

  /**
   * Sizes the pool.
   *
   * @param memoryBytes the machine's or the container's memory
   * @throws OperatorException if the settings can't be met, naming the property and the remedy
   */
  static KvPool size(DecoderSpec spec, ModelSettings settings, long memoryBytes) {
    int maxModelLen = maxModelLen(spec, settings);
    long blockBytes = blockBytes(spec, settings.blockSize());
    int blocks =
        settings.kvBlocks() > 0
            ? settings.kvBlocks()
            : automaticBlocks(maxModelLen, settings.blockSize(), blockBytes, memoryBytes);
    long capacity = (long) blocks * settings.blockSize();
    if (settings.maxModelLen() > capacity) {
      throw new OperatorException(
          "sluice.max-model-len "
              + maxModelLen
              + " exceeds the "
              + capacity
              + " tokens that the KV cache holds ("
              + blocks
              + " blocks); lower it or raise sluice.num-gpu-blocks-override");
    }
    long tierBlocks = settings.readers().offloadingBytes() / blockBytes;
    return new KvPool(
        blocks, (int) Math.min(tierBlocks, MAX_TIER_BLOCKS), (int) Math.min(maxModelLen, capacity));
  }

  private static int maxModelLen(DecoderSpec spec, ModelSettings settings) {
    if (settings.maxModelLen() > spec.contextLength()) {
      throw new OperatorException(
          "sluice.max-model-len "
              + settings.maxModelLen()
              + " exceeds the model's own "
              + spec.contextLength()
              + "; lower it");
    }
    return settings.maxModelLen() == 0 ? spec.contextLength() : settings.maxModelLen();
  }

  private static int automaticBlocks(
      int maxModelLen, int blockSize, long blockBytes, long memoryBytes) {
    long perSequence = Math.ceilDiv(maxModelLen, blockSize);
    long affordable = Math.min(memoryBytes / MEMORY_SHARE, AUTOMATIC_LIMIT_BYTES) / blockBytes;
    return (int) Math.clamp(affordable, 1, ROOMY_SEQUENCES * perSequence);
  }

  /** Keys and values in float32 of a block's tokens in all layers. */
  static long blockBytes(DecoderSpec spec, int blockSize) {
    return 2L * Float.BYTES * spec.layerCount() * spec.kvHeadCount() * spec.headDim() * blockSize;
  }
}
