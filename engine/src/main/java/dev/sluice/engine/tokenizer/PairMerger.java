package dev.sluice.engine.tokenizer;

import java.util.Arrays;

/**
 * Applies merge rules to one piece at a time: always the best-ranked pair, leftmost first.
 *
 * <p>The symbols form a linked list in arrays. A queue holds (rank, position) of every pair that
 * has a rule; an entry is stale once the pair at its position has another rank. Each merge removes
 * a symbol and adds at most two entries, so a piece of n bytes takes O(n log n), where looking for
 * the best pair anew after each merge takes O(n²). Not thread-safe: one per encoding.
 */
final class PairMerger {
  private static final int END = -1;

  private final MergeTable merges;
  private int[] ids = new int[64];
  private int[] next = new int[64];
  private int[] previous = new int[64];
  private int[] pairRank = new int[64];
  private final LongQueue queue = new LongQueue();
  private int count;

  PairMerger(MergeTable merges) {
    this.merges = merges;
  }

  /** Appends a symbol to the piece being gathered. */
  void add(int id) {
    if (count == ids.length) {
      grow();
    }
    ids[count++] = id;
  }

  private void grow() {
    int capacity = Math.multiplyExact(count, 2);
    ids = Arrays.copyOf(ids, capacity);
    next = new int[capacity];
    previous = new int[capacity];
    pairRank = new int[capacity];
  }

  /** Merges what was gathered, appends it to {@code output}, and starts an empty piece. */
  void finish(IntList output) {
    if (count > 1) {
      link();
      while (!queue.isEmpty()) {
        long best = queue.removeLeast();
        merge((int) best, (int) (best >> 32));
      }
    }
    for (int i = 0; i != END && i < count; i = count == 1 ? END : next[i]) {
      output.add(ids[i]);
    }
    count = 0;
  }

  private void link() {
    for (int i = 0; i < count; i++) {
      previous[i] = i - 1;
      next[i] = i + 1 < count ? i + 1 : END;
    }
    queue.clear();
    for (int i = 0; i < count; i++) {
      pairRank[i] = rankAt(i);
      if (pairRank[i] != MergeTable.NO_MERGE) {
        queue.append(entry(i));
      }
    }
    queue.sort();
  }

  private int rankAt(int position) {
    int right = next[position];
    return right == END ? MergeTable.NO_MERGE : merges.rank(ids[position], ids[right]);
  }

  private long entry(int position) {
    return ((long) pairRank[position] << 32) | position;
  }

  private void merge(int position, int rank) {
    if (pairRank[position] != rank) {
      return;
    }
    int removed = next[position];
    ids[position] = merges.mergedId(rank);
    pairRank[removed] = MergeTable.NO_MERGE;
    next[position] = next[removed];
    if (next[position] != END) {
      previous[next[position]] = position;
    }
    offer(position);
    if (previous[position] != END) {
      offer(previous[position]);
    }
  }

  private void offer(int position) {
    pairRank[position] = rankAt(position);
    if (pairRank[position] != MergeTable.NO_MERGE) {
      queue.add(entry(position));
    }
  }
}
