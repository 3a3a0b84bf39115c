package dev.sluice.engine.kv;

/**
 * The host tier's blocks: which hold a preempted sequence's KV and which are free. Single-threaded;
 * nothing here allocates after construction.
 */
public final class HostTier {
  private final int[] freeStack;
  private final boolean[] used; // [blocks]
  private int freeCount;

  public HostTier(int blockCount) {
    freeStack = new int[blockCount];
    used = new boolean[blockCount];
    for (int block = blockCount - 1; block >= 0; block--) {
      freeStack[freeCount++] = block;
    }
  }

  public int blockCount() {
    return freeStack.length;
  }

  public int freeCount() {
    return freeCount;
  }

  public int usedCount() {
    return freeStack.length - freeCount;
  }

  /**
   * Takes a block.
   *
   * @throws IllegalStateException if none is free
   */
  public int allocate() {
    if (freeCount == 0) {
      throw new IllegalStateException("no host block is free of " + freeStack.length);
    }
    int block = freeStack[--freeCount];
    used[block] = true;
    return block;
  }

  /** Gives a block back. */
  public void release(int block) {
    if (!used[block]) {
      throw new IllegalStateException("host block " + block + " is free already");
    }
    used[block] = false;
    freeStack[freeCount++] = block;
  }
}
