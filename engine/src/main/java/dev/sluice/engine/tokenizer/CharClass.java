package dev.sluice.engine.tokenizer;

/**
 * The character classes of the published split patterns: {@code \p{L}}, {@code \p{N}}, {@code \s}.
 */
enum CharClass {
  LETTER,
  NUMBER,
  SPACE,
  OTHER;

  static CharClass of(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.UPPERCASE_LETTER,
          Character.LOWERCASE_LETTER,
          Character.TITLECASE_LETTER,
          Character.MODIFIER_LETTER,
          Character.OTHER_LETTER ->
          LETTER;
      case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
          NUMBER;
      case Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
          SPACE;
      case Character.CONTROL -> isControlSpace(codePoint) ? SPACE : OTHER;
      default -> OTHER;
    };
  }

  /** Unicode's White_Space among the control characters: narrower than Java's isWhitespace. */
  private static boolean isControlSpace(int codePoint) {
    return (codePoint >= '\t' && codePoint <= '\r') || codePoint == 0x85;
  }

  boolean at(String text, int index, int end) {
    return index < end && of(text.codePointAt(index)) == this;
  }

  /**
   * The end of the run of this class that begins at {@code index}; {@code index} if there is none.
   */
  int runEnd(String text, int index, int end) {
    while (at(text, index, end)) {
      index += Character.charCount(text.codePointAt(index));
    }
    return index;
  }
}
