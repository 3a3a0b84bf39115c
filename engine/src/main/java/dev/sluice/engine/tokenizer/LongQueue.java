package dev.sluice.engine.tokenizer;

import java.util.Arrays;

/**
 * A least-first queue of longs, for values that come nearly in order.
 *
 * <p>A sorted run is consumed from the front while a heap takes what is added meanwhile; once the
 * run is used up, the heap's content is sorted into the next one. Each value is sorted at most
 * once, so n values take O(n log n), and few of them are ever removed through the heap, which costs
 * a cache miss on each level.
 */
final class LongQueue {
  private long[] sorted = new long[64];
  private int sortedHead;
  private int sortedEnd;
  private long[] heap = new long[64];
  private int heapSize;

  boolean isEmpty() {
    return sortedHead == sortedEnd && heapSize == 0;
  }

  void clear() {
    sortedHead = 0;
    sortedEnd = 0;
    heapSize = 0;
  }

  /** Appends without ordering; {@link #sort()} must follow before anything is removed. */
  void append(long value) {
    if (sortedEnd == sorted.length) {
      sorted = Arrays.copyOf(sorted, Math.multiplyExact(sortedEnd, 2));
    }
    sorted[sortedEnd++] = value;
  }

  void sort() {
    Arrays.sort(sorted, 0, sortedEnd);
  }

  void add(long value) {
    if (heapSize == heap.length) {
      heap = Arrays.copyOf(heap, Math.multiplyExact(heapSize, 2));
    }
    int i = heapSize++;
    while (i > 0 && heap[(i - 1) / 4] > value) {
      heap[i] = heap[(i - 1) / 4];
      i = (i - 1) / 4;
    }
    heap[i] = value;
  }

  long removeLeast() {
    if (sortedHead == sortedEnd) {
      startNextRun();
    }
    boolean fromSorted = heapSize == 0 || sorted[sortedHead] <= heap[0];
    return fromSorted ? sorted[sortedHead++] : removeTop();
  }

  private void startNextRun() {
    long[] used = sorted;
    sorted = heap;
    sortedHead = 0;
    sortedEnd = heapSize;
    heap = used;
    heapSize = 0;
    sort();
  }

  private long removeTop() {
    long top = heap[0];
    heapSize--;
    if (heapSize > 0) {
      sink(heap[heapSize]);
    }
    return top;
  }

  private void sink(long value) {
    int i = 0;
    int child = leastChild(0);
    while (child < heapSize && heap[child] < value) {
      heap[i] = heap[child];
      i = child;
      child = leastChild(i);
    }
    heap[i] = value;
  }

  private int leastChild(int i) {
    int first = 4 * i + 1;
    int least = first;
    for (int child = first + 1; child < Math.min(first + 4, heapSize); child++) {
      if (heap[child] < heap[least]) {
        least = child;
      }
    }
    return least;
  }
}
