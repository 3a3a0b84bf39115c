package dev.sluice.engine.kv;

import java.util.Arrays;

/** The blocks of one tier that hold one sequence's KV, in order of position. */
public final class BlockTable {
  private int[] blocks = new int[8];
  private int size;

  /** How many blocks the sequence holds. */
  public int size() {
    return size;
  }

  /** The physical block of positions {@code [i * blockSize, (i + 1) * blockSize)}. */
  public int block(int i) {
    return blocks[i];
  }

  /** Takes blocks from the pool until the table has {@code count}. */
  public void growTo(int count, BlockPool pool) {
    while (size < count) {
      append(pool.allocate());
    }
  }

  /** Takes host blocks until the table has {@code count}. */
  public void growTo(int count, HostTier tier) {
    while (size < count) {
      append(tier.allocate());
    }
  }

  /** Shares the first {@code count} blocks of another table, which must be full. */
  public void share(BlockTable other, int count, BlockPool pool) {
    for (int i = 0; i < count; i++) {
      share(other.blocks[i], pool);
    }
  }

  /** Shares one full block as the next of this table. */
  public void share(int block, BlockPool pool) {
    pool.retain(block);
    append(block);
  }

  /** Gives all blocks back, last first, so that prefixes stay cached longer than tails. */
  public void release(BlockPool pool) {
    while (size > 0) {
      pool.release(blocks[--size]);
    }
  }

  /** Gives all host blocks back. */
  public void release(HostTier tier) {
    while (size > 0) {
      tier.release(blocks[--size]);
    }
  }

  /** Writes the table to {@code destination}. */
  public void copyTo(int[] destination, int offset) {
    System.arraycopy(blocks, 0, destination, offset, size);
  }

  private void append(int block) {
    if (size == blocks.length) {
      blocks = Arrays.copyOf(blocks, 2 * size);
    }
    blocks[size++] = block;
  }
}
