package dev.sluice.engine.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Small vocabularies: all 256 bytes, the results of some merges, and special tokens. */
final class Vocabularies {
  private final List<String> tokens = new ArrayList<>();
  private final List<Integer> types = new ArrayList<>();
  private final List<String> merges = new ArrayList<>();
  private String pre = "smollm";

  private Vocabularies() {
    for (int value = 0; value < 256; value++) {
      token(String.valueOf(ByteAlphabet.charOf(value)), 1);
    }
  }

  static Vocabularies bytes() {
    return new Vocabularies();
  }

  Vocabularies pre(String name) {
    pre = name;
    return this;
  }

  /** Rules as {@code "Ġ a"}, best first; the tokens that they make get the next ids. */
  Vocabularies merges(String... rules) {
    for (String rule : rules) {
      merges.add(rule);
      String merged = rule.replace(" ", "");
      if (!tokens.contains(merged)) {
        token(merged, 1);
      }
    }
    return this;
  }

  Vocabularies control(String text) {
    return token(text, TokenizerMetadata.CONTROL);
  }

  Vocabularies userDefined(String text) {
    return token(text, TokenizerMetadata.USER_DEFINED);
  }

  Vocabularies token(String spelling, int type) {
    tokens.add(spelling);
    types.add(type);
    return this;
  }

  int id(String spelling) {
    return tokens.indexOf(spelling);
  }

  TokenizerMetadata metadata() {
    return new TokenizerMetadata(
        "gpt2",
        pre,
        List.copyOf(tokens),
        types.stream().mapToInt(Integer::intValue).toArray(),
        List.copyOf(merges),
        OptionalInt.empty(),
        new int[0],
        false);
  }

  Tokenizer build() {
    return Tokenizers.fromMetadata(metadata());
  }

  static List<String> pieces(Tokenizer tokenizer, int[] ids) {
    return Arrays.stream(ids).mapToObj(tokenizer::piece).toList();
  }
}
