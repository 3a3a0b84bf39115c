package dev.sluice.engine.backend;

import java.util.Arrays;

/**
 * Copies of whole KV blocks to the host tier and back, in the order in which they must be made,
 * since a block that is copied out may be the target of a later copy. Reused from step to step.
 */
public final class BlockCopies {
  private int count;
  private boolean[] out = new boolean[64]; // [copies]
  private int[] blocks = new int[64]; // [copies]
  private int[] tierBlocks = new int[64]; // [copies]

  /** Forgets all copies. */
  public void clear() {
    count = 0;
  }

  /** Adds a copy from a KV block to a block of the host tier. */
  public void addOut(int block, int tierBlock) {
    add(true, block, tierBlock);
  }

  /** Adds a copy from a block of the host tier to a KV block. */
  public void addIn(int tierBlock, int block) {
    add(false, block, tierBlock);
  }

  private void add(boolean toTier, int block, int tierBlock) {
    if (count == blocks.length) {
      out = Arrays.copyOf(out, 2 * count);
      blocks = Arrays.copyOf(blocks, 2 * count);
      tierBlocks = Arrays.copyOf(tierBlocks, 2 * count);
    }
    out[count] = toTier;
    blocks[count] = block;
    tierBlocks[count] = tierBlock;
    count++;
  }

  public int count() {
    return count;
  }

  /** Whether the {@code i}-th copy is to the host tier. */
  public boolean isOut(int i) {
    return out[i];
  }

  /** The {@code i}-th copy's KV block. */
  public int block(int i) {
    return blocks[i];
  }

  /** The {@code i}-th copy's block of the host tier. */
  public int tierBlock(int i) {
    return tierBlocks[i];
  }
}
