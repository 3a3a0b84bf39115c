package dev.sluice.engine.tokenizer;

import java.util.function.IntConsumer;

/** The parts of UTF-8 that {@link String} does not offer. */
final class Utf8 {
  /** The most bytes that can be the beginning of a character without being one. */
  static final int MAX_INCOMPLETE = 3;

  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /** The text with each lone surrogate, which UTF-8 can't spell, replaced by U+FFFD. */
  static String wellFormed(String text) {
    StringBuilder fixed = null;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      if (Character.getType(codePoint) == Character.SURROGATE) {
        fixed = fixed == null ? new StringBuilder(text) : fixed;
        fixed.setCharAt(i, REPLACEMENT);
      }
      i += Character.charCount(codePoint);
    }
    return fixed == null ? text : fixed.toString();
  }

  /** Gives the bytes of a code point, each in {@code [0, 256)}. */
  static void forEachByte(int codePoint, IntConsumer consumer) {
    if (codePoint < 0x80) {
      consumer.accept(codePoint);
      return;
    }
    int continuations = codePoint < 0x800 ? 1 : codePoint < 0x10000 ? 2 : 3;
    int leadMark = (0xFF80 >> continuations) & 0xFF;
    consumer.accept(leadMark | (codePoint >> (6 * continuations)));
    for (int i = continuations - 1; i >= 0; i--) {
      consumer.accept(0x80 | ((codePoint >> (6 * i)) & 0x3F));
    }
  }

  /**
   * The text of {@code bytes[start, end)}. What is malformed becomes one U+FFFD for each longest
   * part that begins a character, as Unicode recommends and the reference tokenizers do. ({@link
   * String} differs: an encoded surrogate is one U+FFFD for it, three here.)
   */
  static String decode(byte[] bytes, int start, int end) {
    StringBuilder text = new StringBuilder(end - start);
    for (int i = start; i < end; ) {
      int size = sequenceSize(bytes, i, end);
      boolean whole = size == characterLength(bytes[i] & 0xFF) && (size > 1 || bytes[i] >= 0);
      text.appendCodePoint(whole ? codePoint(bytes, i, size) : REPLACEMENT);
      i += size;
    }
    return text.toString();
  }

  /** The size of the character that begins at {@code start}, or of as much of it as there is. */
  private static int sequenceSize(byte[] bytes, int start, int end) {
    int lead = bytes[start] & 0xFF;
    int limit = Math.min(end, start + characterLength(lead));
    int i = start + 1;
    while (i < limit && isContinuation(lead, i - start, bytes[i] & 0xFF)) {
      i++;
    }
    return i - start;
  }

  private static boolean isContinuation(int lead, int place, int value) {
    return (value & 0xC0) == 0x80 && (place > 1 || isSecond(lead, value));
  }

  private static int codePoint(byte[] bytes, int start, int size) {
    int codePoint = size == 1 ? bytes[start] : bytes[start] & (0x7F >> size);
    for (int i = 1; i < size; i++) {
      codePoint = (codePoint << 6) | (bytes[start + i] & 0x3F);
    }
    return codePoint;
  }

  /**
   * How many bytes at the end may become a character once more bytes follow: 0 to {@value
   * #MAX_INCOMPLETE}. What can't become one, such as {@code E0 80}, doesn't count.
   */
  static int incompleteTail(byte[] bytes) {
    int end = bytes.length;
    for (int size = 1; size <= Math.min(MAX_INCOMPLETE, end); size++) {
      int lead = bytes[end - size] & 0xFF;
      boolean open = size < characterLength(lead);
      if (open && sequenceSize(bytes, end - size, end) == size) {
        return size;
      }
    }
    return 0;
  }

  private static int characterLength(int lead) {
    if (lead < 0xC2 || lead > 0xF4) {
      return 1;
    }
    return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  }

  /** Rules out overlong forms, surrogates and what lies beyond U+10FFFF. */
  private static boolean isSecond(int lead, int second) {
    return switch (lead) {
      case 0xE0 -> second >= 0xA0;
      case 0xED -> second < 0xA0;
      case 0xF0 -> second >= 0x90;
      case 0xF4 -> second < 0x90;
      default -> true;
    };
  }
}
