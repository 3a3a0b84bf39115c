package dev.sluice.engine.tokenizer;

import java.util.List;
import java.util.stream.Collectors;

/**
 * The way a vocabulary cuts text into the pieces within which merges happen.
 *
 * <p>Each is published as a regular expression. They are written out by hand because a backtracking
 * engine's time and stack depth on a hostile text are its own, not the pattern's; here every
 * character is looked at a bounded number of times.
 *
 * @param name what model files call it
 * @param splitter where its pieces end
 * @param wholePiecesFirst whether a piece that is a token by itself becomes that token even if no
 *     merges lead to it
 */
record PreTokenizer(String name, Splitter splitter, boolean wholePiecesFirst) {
  static final List<PreTokenizer> ALL =
      List.of(
          new PreTokenizer("smollm", new Gpt2Splitter(true), false),
          new PreTokenizer("gpt2", new Gpt2Splitter(false), false),
          new PreTokenizer("gpt-2", new Gpt2Splitter(false), false),
          new PreTokenizer("qwen2", new Cl100kSplitter(1), false),
          new PreTokenizer("llama-bpe", new Cl100kSplitter(3), true));

  /** Finds where pieces end. */
  @FunctionalInterface
  interface Splitter {
    /**
     * The end of the piece that begins at {@code start}, which is less than {@code end}; pieces
     * don't reach beyond {@code end}, and what follows it isn't looked at.
     */
    int pieceEnd(String text, int start, int end);
  }

  static PreTokenizer named(String name) {
    return ALL.stream()
        .filter(pre -> pre.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "pre-tokenizer '" + name + "' is not supported; supported: " + names()));
  }

  private static String names() {
    return ALL.stream().map(PreTokenizer::name).collect(Collectors.joining(", "));
  }
}
