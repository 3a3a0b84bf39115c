package dev.sluice.engine.tokenizer;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that are matched as whole text before anything else: user-defined ones everywhere,
 * control tokens only where the template wrote every character.
 *
 * <p>A trie, so that a text that keeps starting one of many similar markers costs one walk each
 * time, not one comparison per marker.
 */
final class SpecialTokens {
  private static final int MAX_LENGTH = 512;
  private static final int NO_TOKEN = -1;
  private static final int ROOT = 0;

  private final LongIntMap children;
  private final int[] tokenOfNode;
  private final boolean[] needsTrust;
  private int nodeCount = 1;

  record Special(String text, int tokenId, boolean needsTrust) {}

  record Match(int tokenId, int start, int end) {}

  SpecialTokens(List<Special> specials) {
    specials.forEach(SpecialTokens::requireLength);
    int charCount = specials.stream().mapToInt(s -> s.text().length()).reduce(0, Math::addExact);
    this.children = new LongIntMap(charCount);
    this.tokenOfNode = new int[charCount + 1];
    this.needsTrust = new boolean[charCount + 1];
    Arrays.fill(tokenOfNode, NO_TOKEN);
    specials.forEach(this::insert);
  }

  private static void requireLength(Special special) {
    int length = special.text().length();
    if (length == 0 || length > MAX_LENGTH) {
      throw new IllegalArgumentException(
          "special token %d has %d characters; allowed are 1 to %d"
              .formatted(special.tokenId(), length, MAX_LENGTH));
    }
  }

  private void insert(Special special) {
    int node = ROOT;
    for (int i = 0; i < special.text().length(); i++) {
      long edge = edge(node, special.text().charAt(i));
      if (children.putIfAbsent(edge, nodeCount)) {
        nodeCount++;
      }
      node = children.get(edge);
    }
    tokenOfNode[node] = special.tokenId();
    needsTrust[node] = special.needsTrust();
  }

  private static long edge(int node, char c) {
    return ((long) node << 16) | c;
  }

  /** A pass over one prompt, left to right. */
  final class Scanner {
    private final PromptText prompt;
    private int trustedFrom;
    private int trustedEnd;

    Scanner(PromptText prompt) {
      this.prompt = prompt;
    }

    /** The first match at or after {@code from}, the longest one there; null if there is none. */
    @Nullable Match next(int from) {
      for (int start = from; start < prompt.text().length(); start++) {
        Match match = longestAt(start);
        if (match != null) {
          return match;
        }
      }
      return null;
    }

    private @Nullable Match longestAt(int start) {
      String text = prompt.text();
      Match longest = null;
      int node = ROOT;
      for (int i = start; i < text.length(); i++) {
        node = children.get(edge(node, text.charAt(i)));
        if (node == LongIntMap.ABSENT) {
          break;
        }
        if (tokenOfNode[node] != NO_TOKEN && (!needsTrust[node] || isTrusted(start, i + 1))) {
          longest = new Match(tokenOfNode[node], start, i + 1);
        }
      }
      return longest;
    }

    private boolean isTrusted(int start, int end) {
      if (start < trustedFrom || start >= trustedEnd) {
        trustedFrom = start;
        trustedEnd = prompt.trusted().nextClearBit(start);
      }
      return end <= trustedEnd;
    }
  }
}
