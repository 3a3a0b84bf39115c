package dev.sluice.engine.kv;

import java.util.Arrays;

/**
 * Finds full blocks by their contents: hash to physical block, open addressing with linear probing.
 *
 * <p>A hit compares the token ids as well, so that not even a forged hash collision can serve one
 * prompt's KV to another. Single-threaded; nothing here allocates after construction.
 */
public final class PrefixIndex {
  /** No block with these contents is known. */
  public static final int MISS = -1;

  private static final int EMPTY = -1;

  private final int blockSize;
  private final int mask;
  private final int[] slots; // [capacity], block id or EMPTY
  private final long[] hashes; // [blocks, BlockHash.LONGS]
  private final int[] tokens; // [blocks, blockSize]
  private final boolean[] present; // [blocks]

  public PrefixIndex(int blockCount, int blockSize) {
    this.blockSize = blockSize;
    int capacity = Integer.highestOneBit(Math.max(8, blockCount * 2 - 1)) << 1;
    mask = capacity - 1;
    slots = new int[capacity];
    Arrays.fill(slots, EMPTY);
    hashes = new long[blockCount * BlockHash.LONGS];
    tokens = new int[Math.multiplyExact(blockCount, blockSize)];
    present = new boolean[blockCount];
  }

  /** The block with this hash and these tokens, or {@link #MISS}. */
  public int find(long[] hash, int[] tokenIds, int from) {
    for (int slot = slotOf(hash[0]); slots[slot] != EMPTY; slot = (slot + 1) & mask) {
      if (holds(slots[slot], hash, tokenIds, from)) {
        return slots[slot];
      }
    }
    return MISS;
  }

  /**
   * Adds a full block, unless it or one with the same contents is known already; says whether it
   * did.
   */
  public boolean add(int block, long[] hash, int[] tokenIds, int from) {
    if (present[block] || find(hash, tokenIds, from) != MISS) {
      return false;
    }
    System.arraycopy(hash, 0, hashes, block * BlockHash.LONGS, BlockHash.LONGS);
    System.arraycopy(tokenIds, from, tokens, block * blockSize, blockSize);
    present[block] = true;
    int slot = slotOf(hash[0]);
    while (slots[slot] != EMPTY) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = block;
    return true;
  }

  /** Forgets a block that is about to be overwritten. */
  void remove(int block) {
    if (!present[block]) {
      return;
    }
    present[block] = false;
    int hole = slotOf(hashes[block * BlockHash.LONGS]);
    while (slots[hole] != block) {
      hole = (hole + 1) & mask;
    }
    closeGap(hole);
  }

  /** Moves later entries of the probe run forward, so that none becomes unreachable. */
  private void closeGap(int start) {
    int hole = start;
    for (int slot = (hole + 1) & mask; slots[slot] != EMPTY; slot = (slot + 1) & mask) {
      int home = slotOf(hashes[slots[slot] * BlockHash.LONGS]);
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        slots[hole] = slots[slot];
        hole = slot;
      }
    }
    slots[hole] = EMPTY;
  }

  private boolean holds(int block, long[] hash, int[] tokenIds, int from) {
    return BlockHash.equal(hash, hashes, block * BlockHash.LONGS)
        && Arrays.equals(
            tokenIds, from, from + blockSize, tokens, block * blockSize, (block + 1) * blockSize);
  }

  private int slotOf(long hash) {
    return (int) hash & mask; // SHA-256 bits are uniform already
  }
}
