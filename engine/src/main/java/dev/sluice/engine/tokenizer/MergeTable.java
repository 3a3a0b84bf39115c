package dev.sluice.engine.tokenizer;

import java.util.List;
import java.util.Map;

/** A vocabulary's merge rules: which two adjacent tokens become which, and in what order. */
final class MergeTable {
  static final int NO_MERGE = LongIntMap.ABSENT;

  private final LongIntMap rankOfPair;
  private final int[] mergedIds;

  private MergeTable(LongIntMap rankOfPair, int[] mergedIds) {
    this.rankOfPair = rankOfPair;
    this.mergedIds = mergedIds;
  }

  static MergeTable of(List<String> merges, Map<String, Integer> idOfPiece) {
    LongIntMap ranks = new LongIntMap(merges.size());
    int[] mergedIds = new int[merges.size()];
    for (int rank = 0; rank < mergedIds.length; rank++) {
      String merge = merges.get(rank);
      int space = merge.indexOf(' ', 1);
      if (space < 0) {
        throw new IllegalArgumentException(
            "merge " + rank + " '" + merge + "' is not two tokens with a space between them");
      }
      String left = merge.substring(0, space);
      String right = merge.substring(space + 1);
      long pair = pair(id(left, rank, idOfPiece), id(right, rank, idOfPiece));
      mergedIds[rank] = id(left.concat(right), rank, idOfPiece);
      ranks.putIfAbsent(pair, rank);
    }
    return new MergeTable(ranks, mergedIds);
  }

  private static int id(String piece, int rank, Map<String, Integer> idOfPiece) {
    Integer id = idOfPiece.get(piece);
    if (id == null) {
      throw new IllegalArgumentException(
          "merge " + rank + " needs the token '" + piece + "', which the vocabulary does not have");
    }
    return id;
  }

  private static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  /** The place of a pair's rule in the list, lowest first; {@link #NO_MERGE} if it has none. */
  int rank(int left, int right) {
    return rankOfPair.get(pair(left, right));
  }

  int mergedId(int rank) {
    return mergedIds[rank];
  }
}
