package dev.sluice.engine.tokenizer;

import java.util.Arrays;

/** A fixed-capacity map from non-negative longs to non-negative ints, without boxing. */
final class LongIntMap {
  static final int ABSENT = -1;
  private static final long EMPTY = -1;

  private final long[] keys;
  private final int[] values;
  private final int mask;

  /** A map for at most {@code entryCount} entries. */
  LongIntMap(int entryCount) {
    int slots = Integer.highestOneBit(Math.max(8, Math.multiplyExact(entryCount, 2))) << 1;
    this.keys = new long[slots];
    this.values = new int[slots];
    this.mask = slots - 1;
    Arrays.fill(keys, EMPTY);
  }

  int get(long key) {
    int slot = slotOf(key);
    return keys[slot] == key ? values[slot] : ABSENT;
  }

  /** Sets a value unless the key has one; returns whether it did. */
  boolean putIfAbsent(long key, int value) {
    int slot = slotOf(key);
    if (keys[slot] == key) {
      return false;
    }
    keys[slot] = key;
    values[slot] = value;
    return true;
  }

  private int slotOf(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed ^ (mixed >>> 32)) & mask;
    while (keys[slot] != key && keys[slot] != EMPTY) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
