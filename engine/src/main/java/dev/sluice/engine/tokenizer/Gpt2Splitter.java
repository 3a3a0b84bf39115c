package dev.sluice.engine.tokenizer;

/**
 * GPT-2's pattern: {@code 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+|
 * ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+}.
 *
 * @param numbersFirst whether each {@code \p{N}} is cut out on its own first, so that the pattern
 *     sees only the text between them, as SmolLM has it
 */
record Gpt2Splitter(boolean numbersFirst) implements PreTokenizer.Splitter {

  @Override
  public int pieceEnd(String text, int start, int end) {
    int first = text.codePointAt(start);
    if (numbersFirst && CharClass.of(first) == CharClass.NUMBER) {
      return start + Character.charCount(first);
    }
    int contraction = first == '\'' ? contractionEnd(text, start, end) : start;
    if (contraction > start) {
      return contraction;
    }
    int body = first == ' ' ? start + 1 : start;
    CharClass kind = body < end ? CharClass.of(text.codePointAt(body)) : CharClass.SPACE;
    if (kind == CharClass.SPACE || (kind == CharClass.NUMBER && numbersFirst)) {
      return spaceEnd(text, start, end);
    }
    return kind.runEnd(text, body, end);
  }

  private static int contractionEnd(String text, int start, int end) {
    if (start + 1 >= end) {
      return start;
    }
    char next = text.charAt(start + 1);
    if (next == 's' || next == 't' || next == 'm' || next == 'd') {
      return start + 2;
    }
    char last = start + 2 < end ? text.charAt(start + 2) : 0;
    boolean two =
        (next == 'r' && last == 'e')
            || (next == 'v' && last == 'e')
            || (next == 'l' && last == 'l');
    return two ? start + 3 : start;
  }

  /** A run of spaces leaves its last one to the word that follows. */
  private int spaceEnd(String text, int start, int end) {
    int runEnd = CharClass.SPACE.runEnd(text, start, end);
    boolean atEnd = runEnd == end || (numbersFirst && CharClass.NUMBER.at(text, runEnd, end));
    return atEnd || runEnd == start + 1 ? runEnd : runEnd - 1;
  }
}
