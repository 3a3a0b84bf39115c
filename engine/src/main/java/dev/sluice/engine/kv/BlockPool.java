package dev.sluice.engine.kv;

import java.util.Arrays;

/**
 * The KV cache's blocks: which are free, which are in use and by how many, which merely hold a
 * known prefix.
 *
 * <p>A block is <em>used</em> while a block table holds it, <em>cached</em> when nobody holds it
 * but its contents are indexed, and <em>free</em> otherwise; {@code free + cached + used} is the
 * block count after every call. Cached blocks are given out only when no free one is left, least
 * recently released first. Single-threaded; nothing here allocates after construction.
 */
public final class BlockPool {
  private static final int NONE = -1;

  private final int blockCount;
  private final int[] references; // [blocks]
  private final boolean[] indexed; // [blocks], the contents can be found by hash

  // Free blocks are a stack; cached ones a doubly linked list from least to most recently released.
  private final int[] freeStack;
  private int freeCount;
  private final int[] previous;
  private final int[] next;
  private int oldest = NONE;
  private int newest = NONE;
  private int cachedCount;

  private final PrefixIndex index;

  public BlockPool(int blockCount, PrefixIndex index) {
    if (blockCount < 1) {
      throw new IllegalArgumentException("block count " + blockCount + " must be at least 1");
    }
    this.blockCount = blockCount;
    this.index = index;
    references = new int[blockCount];
    indexed = new boolean[blockCount];
    freeStack = new int[blockCount];
    previous = new int[blockCount];
    next = new int[blockCount];
    Arrays.fill(previous, NONE);
    Arrays.fill(next, NONE);
    for (int block = blockCount - 1; block >= 0; block--) {
      freeStack[freeCount++] = block;
    }
  }

  public int blockCount() {
    return blockCount;
  }

  /** Blocks that hold nothing. */
  public int freeCount() {
    return freeCount;
  }

  /** Blocks that nobody holds but that can be found by their contents. */
  public int cachedCount() {
    return cachedCount;
  }

  /** Blocks that at least one block table holds. */
  public int usedCount() {
    return blockCount - freeCount - cachedCount;
  }

  /** Blocks that {@link #allocate} can still give out. */
  public int availableCount() {
    return freeCount + cachedCount;
  }

  /**
   * Takes a block for one holder; its former contents are forgotten.
   *
   * @throws IllegalStateException if none is available
   */
  public int allocate() {
    int block;
    if (freeCount > 0) {
      block = freeStack[--freeCount];
    } else if (cachedCount > 0) {
      block = oldest;
      unlink(block);
      indexed[block] = false;
      index.remove(block);
    } else {
      throw new IllegalStateException("no block is available of " + blockCount);
    }
    references[block] = 1;
    return block;
  }

  /** Adds a holder to a block that is used or cached: its contents are full and immutable. */
  public void retain(int block) {
    if (references[block] == 0) {
      if (!indexed[block]) {
        throw new IllegalStateException("block " + block + " is free and can't be shared");
      }
      unlink(block);
    }
    references[block]++;
  }

  /** Drops a holder; the last one leaves the block cached if it is indexed, else free. */
  public void release(int block) {
    if (references[block] <= 0) {
      throw new IllegalStateException("block " + block + " is released more often than held");
    }
    if (--references[block] > 0) {
      return;
    }
    if (indexed[block]) {
      linkNewest(block);
    } else {
      freeStack[freeCount++] = block;
    }
  }

  /** Marks a used block as found by its contents from now on. */
  public void markIndexed(int block) {
    if (references[block] <= 0) {
      throw new IllegalStateException("block " + block + " is not in use");
    }
    indexed[block] = true;
  }

  /** How many block tables hold a block. */
  public int references(int block) {
    return references[block];
  }

  /** The blocks that nobody holds but that can be found, least recently released first. */
  public int[] cachedBlocks() {
    int[] blocks = new int[cachedCount];
    int count = 0;
    for (int block = oldest; block != NONE; block = next[block]) {
      blocks[count++] = block;
    }
    return blocks;
  }

  private void linkNewest(int block) {
    previous[block] = newest;
    next[block] = NONE;
    if (newest == NONE) {
      oldest = block;
    } else {
      next[newest] = block;
    }
    newest = block;
    cachedCount++;
  }

  private void unlink(int block) {
    if (previous[block] == NONE) {
      oldest = next[block];
    } else {
      next[previous[block]] = next[block];
    }
    if (next[block] == NONE) {
      newest = previous[block];
    } else {
      previous[next[block]] = previous[block];
    }
    previous[block] = NONE;
    next[block] = NONE;
    cachedCount--;
  }

  /**
   * Checks what must hold after every call, in time linear in the block count.
   *
   * @throws IllegalStateException if the accounting is broken
   */
  public void checkInvariants() {
    boolean[] seen = new boolean[blockCount];
    for (int i = 0; i < freeCount; i++) {
      require(!seen[freeStack[i]], "block is free twice", freeStack[i]);
      seen[freeStack[i]] = true;
      require(references[freeStack[i]] == 0, "free block has holders", freeStack[i]);
      require(!indexed[freeStack[i]], "free block is indexed", freeStack[i]);
    }
    int cached = 0;
    for (int block = oldest; block != NONE; block = next[block]) {
      require(!seen[block], "block is cached twice or also free", block);
      seen[block] = true;
      require(references[block] == 0, "cached block has holders", block);
      require(indexed[block], "cached block is not indexed", block);
      cached++;
    }
    require(cached == cachedCount, "cached count differs from the list's length", cached);
    for (int block = 0; block < blockCount; block++) {
      require(
          seen[block] == (references[block] == 0), "block is neither held nor given back", block);
    }
  }

  private static void require(boolean condition, String message, int value) {
    if (!condition) {
      throw new IllegalStateException(message + ": " + value);
    }
  }
}
