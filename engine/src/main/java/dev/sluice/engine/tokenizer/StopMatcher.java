package dev.sluice.engine.tokenizer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for stop strings in text that arrives in parts, and holds back only what may still become
 * one.
 *
 * <p>The stop that is complete first wins, wherever the parts are cut; of those that end at the
 * same character, the longest, so that no part of it is emitted. Each stop is followed by
 * Knuth–Morris–Pratt: time is linear in the text for each stop. Not thread-safe: one per stream.
 */
public final class StopMatcher {
  private final List<Pattern> patterns;
  private final boolean includeStop;
  private final StringBuilder held = new StringBuilder();
  private @Nullable String matchedStop;

  /**
   * Makes a matcher at the beginning of a stream.
   *
   * @param stops the strings to stop at; none may be empty
   * @param includeStop whether the stop itself is emitted
   */
  public StopMatcher(List<String> stops, boolean includeStop) {
    this.patterns = stops.stream().map(Pattern::new).toList();
    this.includeStop = includeStop;
  }

  /** Takes further text and returns what is now safe to emit; nothing once a stop was found. */
  public String push(String text) {
    if (matchedStop != null) {
      return "";
    }
    for (int i = 0; i < text.length(); i++) {
      held.append(text.charAt(i));
      Pattern complete = completedBy(text.charAt(i));
      if (complete != null) {
        return emitUpTo(complete.stop);
      }
    }
    return take(held.length() - longestBeginning());
  }

  /** Whether a stop was found. */
  public boolean matched() {
    return matchedStop != null;
  }

  /** The stop that was found; null if none was. */
  public @Nullable String matchedStop() {
    return matchedStop;
  }

  /** The text held back, now that no more follows; empty if a stop was found. */
  public String flush() {
    return take(held.length());
  }

  private @Nullable Pattern completedBy(char c) {
    Pattern complete = null;
    for (Pattern pattern : patterns) {
      boolean longest = complete == null || pattern.stop.length() > complete.stop.length();
      if (pattern.completedBy(c) && longest) {
        complete = pattern;
      }
    }
    return complete;
  }

  private String emitUpTo(String stop) {
    matchedStop = stop;
    String emitted = take(includeStop ? held.length() : held.length() - stop.length());
    held.setLength(0);
    return emitted;
  }

  private int longestBeginning() {
    return patterns.stream().mapToInt(pattern -> pattern.matchedLength).max().orElse(0);
  }

  private String take(int length) {
    String taken = held.substring(0, length);
    held.delete(0, length);
    return taken;
  }

  /** One stop and how much of it the text so far ends with. */
  private static final class Pattern {
    final String stop;
    private final int[] fallback;
    int matchedLength;

    Pattern(String stop) {
      if (stop.isEmpty()) {
        throw new IllegalArgumentException("a stop string is empty; it would match everywhere");
      }
      this.stop = stop;
      this.fallback = new int[stop.length() + 1];
      for (int i = 1; i < stop.length(); i++) {
        fallback[i + 1] = advance(fallback[i], stop.charAt(i));
      }
    }

    boolean completedBy(char c) {
      matchedLength = advance(matchedLength, c);
      return matchedLength == stop.length();
    }

    private int advance(int length, char c) {
      while (length > 0 && (length == stop.length() || stop.charAt(length) != c)) {
        length = fallback[length];
      }
      return stop.charAt(length) == c ? length + 1 : length;
    }
  }
}
