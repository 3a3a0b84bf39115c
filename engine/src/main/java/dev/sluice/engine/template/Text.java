package dev.sluice.engine.template;

import java.util.BitSet;
import java.util.function.UnaryOperator;

/**
 * A string that knows which of its characters the template wrote itself; immutable. Two texts are
 * equal if their characters are.
 */
final class Text implements Comparable<Text> {
  static final Text EMPTY = new Text("", new BitSet());

  private final String chars;
  private final BitSet trusted;

  /** Takes over {@code trusted}, which the caller must not change any more. */
  Text(String chars, BitSet trusted) {
    this.chars = chars;
    this.trusted = trusted;
  }

  static Text trusted(String chars) {
    BitSet all = new BitSet(chars.length());
    all.set(0, chars.length());
    return new Text(chars, all);
  }

  static Text untrusted(String chars) {
    return new Text(chars, EMPTY.trusted);
  }

  String chars() {
    return chars;
  }

  /** A copy of which characters are trusted, by UTF-16 index. */
  BitSet trustedChars() {
    return (BitSet) trusted.clone();
  }

  int length() {
    return chars.length();
  }

  boolean isEmpty() {
    return chars.isEmpty();
  }

  /** The characters from {@code start} to {@code end}, counted in UTF-16 units. */
  Text slice(int start, int end) {
    return new Text(chars.substring(start, end), trusted.get(start, end));
  }

  /** Changes characters in place; if their number changes, none is trusted any more. */
  Text map(UnaryOperator<String> change) {
    String changed = change.apply(chars);
    return changed.length() == chars.length() ? new Text(changed, trusted) : untrusted(changed);
  }

  /** Sets in {@code target} what is trusted here, moved by {@code offset}. */
  void copyTrusted(BitSet target, int offset) {
    for (int start = trusted.nextSetBit(0); start >= 0; ) {
      int end = trusted.nextClearBit(start);
      target.set(offset + start, offset + end);
      start = trusted.nextSetBit(end);
    }
  }

  int codePointCount() {
    return chars.codePointCount(0, chars.length());
  }

  /** By code points, as Python orders strings. */
  @Override
  public int compareTo(Text other) {
    int limit = Math.min(length(), other.length());
    for (int i = 0; i < limit; ) {
      int mine = chars.codePointAt(i);
      int theirs = other.chars.codePointAt(i);
      if (mine != theirs) {
        return Integer.compare(mine, theirs);
      }
      i += Character.charCount(mine);
    }
    return Integer.compare(length(), other.length());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Text text && text.chars.equals(chars);
  }

  @Override
  public int hashCode() {
    return chars.hashCode();
  }

  @Override
  public String toString() {
    return chars;
  }
}
