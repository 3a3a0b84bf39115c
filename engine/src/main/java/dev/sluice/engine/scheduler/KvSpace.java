package dev.sluice.engine.scheduler;

import dev.sluice.engine.backend.BlockCopies;
import dev.sluice.engine.kv.BlockHash;
import dev.sluice.engine.kv.BlockPool;
import dev.sluice.engine.kv.HostTier;
import dev.sluice.engine.kv.PrefixIndex;

/**
 * The KV blocks of all sequences: gives them out, shares known ones, takes them back, and moves
 * them between the pool and the host tier.
 */
final class KvSpace {
  private final SchedulerConfig config;
  private final PrefixIndex index;
  private final BlockPool pool;
  private final HostTier tier;
  private final BlockHash blockHash;
  private final BlockCopies copies;
  private final long[] hash = new long[BlockHash.LONGS];

  private long prefixQueryTokens;
  private long prefixHitTokens;
  private long offloadedBlocks;
  private long restoredBlocks;

  /**
   * @param copies where the copies of the step at hand are noted
   */
  KvSpace(SchedulerConfig config, BlockCopies copies) {
    this.config = config;
    this.copies = copies;
    index = new PrefixIndex(config.blockCount(), config.blockSize());
    pool = new BlockPool(config.blockCount(), index);
    tier = new HostTier(config.tierBlockCount());
    blockHash = new BlockHash(config.blockSize(), config.cacheSalt());
  }

  BlockPool pool() {
    return pool;
  }

  HostTier tier() {
    return tier;
  }

  int blocksFor(int tokens) {
    return (tokens + config.blockSize() - 1) / config.blockSize();
  }

  /** Prepares a new sequence for being found by its contents. */
  void enter(Sequence sequence) {
    sequence.rootHash = blockHash.root(sequence.scheduling().tenant());
    forgetHashes(sequence);
  }

  private static void forgetHashes(Sequence sequence) {
    sequence.hashedBlocks = 0;
    System.arraycopy(sequence.rootHash, 0, sequence.hash, 0, BlockHash.LONGS);
  }

  /** Blocks that a sequence needs beyond those that it could share; it shares them meanwhile. */
  int attach(Sequence sequence) {
    int offloadedTokens = sequence.isOffloaded() ? sequence.computedTokens : 0;
    shareKnownBlocks(sequence);
    // What can't be shared is copied back, so all that was computed still is.
    sequence.computedTokens = Math.max(sequence.computedTokens, offloadedTokens);
    return blocksFor(sequence.length()) - sequence.blocks.size();
  }

  /** Undoes {@link #attach}, before which so many tokens were computed. */
  void detach(Sequence sequence, int computedTokens) {
    sequence.blocks.release(pool);
    forgetHashes(sequence);
    sequence.computedTokens = computedTokens;
  }

  /** Gives an attached sequence the rest of its blocks, and its copied KV back; counts copies. */
  int populate(Sequence sequence) {
    int shared = sequence.blocks.size();
    grow(sequence);
    int restored = Math.max(0, sequence.tierBlocks.size() - shared);
    for (int i = shared; i < sequence.tierBlocks.size(); i++) {
      copies.addIn(sequence.tierBlocks.block(i), sequence.blocks.block(i));
    }
    sequence.tierBlocks.release(tier);
    restoredBlocks += restored;
    prefixHitTokens += Math.min(sequence.computedTokens, shared * config.blockSize());
    prefixQueryTokens += sequence.length();
    return restored;
  }

  /** Takes blocks for all of a sequence's tokens; they must be available. */
  void grow(Sequence sequence) {
    sequence.blocks.growTo(blocksFor(sequence.length()), pool);
  }

  /** Blocks that a sequence lacks for all of its tokens. */
  int lacking(Sequence sequence) {
    return blocksFor(sequence.length()) - sequence.blocks.size();
  }

  /** Shares the full blocks of the prompt that are already computed, but never the last token's. */
  private void shareKnownBlocks(Sequence sequence) {
    if (sequence.promptLogprobs().isPresent()) {
      return; // every prompt token must pass through the model to be scored
    }
    int shareable = (sequence.length() - 1) / config.blockSize();
    Sequence leader = sequence.group().leaderOf(sequence);
    if (leader != null && leader.state().isResident()) {
      shareWithLeader(sequence, leader, shareable);
    } else if (config.prefixCaching()) {
      shareByHash(sequence, shareable);
    }
  }

  private void shareWithLeader(Sequence sequence, Sequence leader, int shareable) {
    int promptBlocks = Math.min(leader.promptTokens(), leader.computedTokens) / config.blockSize();
    sequence.blocks.share(leader.blocks, Math.min(shareable, promptBlocks), pool);
    sequence.computedTokens = sequence.blocks.size() * config.blockSize();
  }

  private void shareByHash(Sequence sequence, int shareable) {
    for (int i = 0; i < shareable; i++) {
      System.arraycopy(sequence.hash, 0, hash, 0, BlockHash.LONGS);
      blockHash.next(hash, sequence.tokens(), i * config.blockSize(), config.blockSize());
      int block = index.find(hash, sequence.tokens(), i * config.blockSize());
      if (block == PrefixIndex.MISS) {
        return;
      }
      System.arraycopy(hash, 0, sequence.hash, 0, BlockHash.LONGS);
      sequence.blocks.share(block, pool);
      sequence.hashedBlocks = i + 1;
      sequence.computedTokens = (i + 1) * config.blockSize();
    }
  }

  /** Makes the full blocks that a step has computed known by their contents. */
  void indexFullBlocks(Sequence sequence) {
    if (!config.prefixCaching() || sequence.promptLogprobs().isPresent()) {
      return;
    }
    int blockSize = config.blockSize();
    int full = sequence.computedTokens / blockSize;
    for (int i = sequence.hashedBlocks; i < full; i++) {
      blockHash.next(sequence.hash, sequence.tokens(), i * blockSize, blockSize);
      int block = sequence.blocks.block(i);
      if (index.add(block, sequence.hash, sequence.tokens(), i * blockSize)) {
        pool.markIndexed(block);
      }
    }
    sequence.hashedBlocks = Math.max(full, sequence.hashedBlocks);
  }

  /** Blocks with KV in them, which is what an offload has to copy. */
  int computedBlocks(Sequence sequence) {
    return blocksFor(sequence.computedTokens);
  }

  /** Copies a sequence's computed blocks to the host tier, which must have room, and frees them. */
  void offload(Sequence sequence) {
    int computed = computedBlocks(sequence);
    sequence.tierBlocks.growTo(computed, tier);
    for (int i = 0; i < computed; i++) {
      copies.addOut(sequence.blocks.block(i), sequence.tierBlocks.block(i));
    }
    offloadedBlocks += computed;
    sequence.blocks.release(pool);
    forgetHashes(sequence);
  }

  /** Frees all that a sequence holds in either tier; its tokens must be computed again. */
  void free(Sequence sequence) {
    sequence.blocks.release(pool);
    sequence.tierBlocks.release(tier);
    sequence.computedTokens = 0;
    forgetHashes(sequence);
  }

  long prefixQueryTokens() {
    return prefixQueryTokens;
  }

  long prefixHitTokens() {
    return prefixHitTokens;
  }

  long offloadedBlocks() {
    return offloadedBlocks;
  }

  long restoredBlocks() {
    return restoredBlocks;
  }
}
