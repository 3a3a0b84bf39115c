package dev.sluice.engine.tokenizer;

/**
 * The pattern of cl100k and its descendants, where {@code K} is {@code maxDigits}: {@code
 * (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,K}| ?[^\s\p{L}\p{N}]+[\r\n]*|
 * \s*[\r\n]+|\s+(?!\S)|\s+}.
 *
 * @param maxDigits the most numbers in one piece
 */
record Cl100kSplitter(int maxDigits) implements PreTokenizer.Splitter {

  @Override
  public int pieceEnd(String text, int start, int end) {
    int first = text.codePointAt(start);
    int contraction = first == '\'' ? contractionEnd(text, start, end) : start;
    if (contraction > start) {
      return contraction;
    }
    CharClass kind = CharClass.of(first);
    int second = start + Character.charCount(first);
    return switch (kind) {
      case LETTER -> CharClass.LETTER.runEnd(text, second, end);
      case NUMBER -> numberEnd(text, second, end);
      case OTHER -> otherEnd(text, second, end);
      case SPACE -> spaceEnd(text, start, end);
    };
  }

  private int numberEnd(String text, int index, int end) {
    for (int count = 1; count < maxDigits && CharClass.NUMBER.at(text, index, end); count++) {
      index += Character.charCount(text.codePointAt(index));
    }
    return index;
  }

  private static int otherEnd(String text, int second, int end) {
    int letters = CharClass.LETTER.runEnd(text, second, end);
    return letters > second
        ? letters
        : newlinesEnd(text, CharClass.OTHER.runEnd(text, second, end), end);
  }

  private static int spaceEnd(String text, int start, int end) {
    int second = start + 1;
    if (!isNewline(text.charAt(start)) && CharClass.LETTER.at(text, second, end)) {
      return CharClass.LETTER.runEnd(text, second, end);
    }
    if (text.charAt(start) == ' ' && CharClass.OTHER.at(text, second, end)) {
      return newlinesEnd(text, CharClass.OTHER.runEnd(text, second, end), end);
    }
    int runEnd = CharClass.SPACE.runEnd(text, start, end);
    for (int i = runEnd; i > start; i--) {
      if (isNewline(text.charAt(i - 1))) {
        return i;
      }
    }
    return runEnd == end || runEnd == second ? runEnd : runEnd - 1;
  }

  private static int newlinesEnd(String text, int index, int end) {
    while (index < end && isNewline(text.charAt(index))) {
      index++;
    }
    return index;
  }

  private static boolean isNewline(char c) {
    return c == '\r' || c == '\n';
  }

  private static int contractionEnd(String text, int start, int end) {
    if (start + 1 >= end) {
      return start;
    }
    char next = fold(text.charAt(start + 1));
    if (next == 's' || next == 't' || next == 'm' || next == 'd') {
      return start + 2;
    }
    char last = start + 2 < end ? fold(text.charAt(start + 2)) : 0;
    boolean two =
        (next == 'r' && last == 'e')
            || (next == 'v' && last == 'e')
            || (next == 'l' && last == 'l');
    return two ? start + 3 : start;
  }

  /** Case folding for the letters of the contractions, of which only s has a third form. */
  private static char fold(char c) {
    return c == 'ſ' ? 's' : Character.toLowerCase(c);
  }
}
