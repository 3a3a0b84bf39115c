package dev.sluice.engine.sampling;

import java.util.Arrays;

/**
 * How often each token was generated, and whether the prompt holds it; grows with the tokens seen.
 *
 * <p>An open-addressing table of ids with linear probing, at most half full. Penalties walk over
 * its places, which is cheaper than a vocabulary and allocates nothing.
 */
final class TokenCounts {
  private static final int EMPTY = -1;
  private static final int INITIAL_PLACES = 32;

  /** Fibonacci hashing: consecutive ids spread over the table. */
  private static final int GOLDEN_RATIO = 0x9E3779B9;

  private int[] ids; // [places], EMPTY where unused; a power of two
  private int[] counts; // [places], how often it was generated; 0 if only the prompt holds it
  private int size;

  TokenCounts() {
    ids = emptyPlaces(INITIAL_PLACES);
    counts = new int[INITIAL_PLACES];
  }

  private static int[] emptyPlaces(int places) {
    int[] ids = new int[places];
    Arrays.fill(ids, EMPTY);
    return ids;
  }

  void addPrompt(int[] promptTokenIds) {
    for (int id : promptTokenIds) {
      add(id, 0);
    }
  }

  void addGenerated(int tokenId) {
    add(tokenId, 1);
  }

  private void add(int tokenId, int occurrences) {
    if (2 * size >= ids.length) {
      grow();
    }
    int place = placeOf(tokenId);
    if (ids[place] == EMPTY) {
      ids[place] = tokenId;
      size++;
    }
    counts[place] += occurrences;
  }

  private int placeOf(int tokenId) {
    int mask = ids.length - 1;
    int place = (tokenId * GOLDEN_RATIO) >>> Integer.numberOfLeadingZeros(mask); // the top bits
    while (ids[place] != EMPTY && ids[place] != tokenId) {
      place = (place + 1) & mask;
    }
    return place;
  }

  private void grow() {
    int[] oldIds = ids;
    int[] oldCounts = counts;
    ids = emptyPlaces(2 * oldIds.length);
    counts = new int[ids.length];
    for (int old = 0; old < oldIds.length; old++) {
      if (oldIds[old] != EMPTY) {
        int place = placeOf(oldIds[old]);
        ids[place] = oldIds[old];
        counts[place] = oldCounts[old];
      }
    }
  }

  /** Different tokens seen. */
  int size() {
    return size;
  }

  /** Places to walk over; not all are used. */
  int places() {
    return ids.length;
  }

  boolean isUsed(int place) {
    return ids[place] != EMPTY;
  }

  int idAt(int place) {
    return ids[place];
  }

  int countAt(int place) {
    return counts[place];
  }
}
