package dev.sluice.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class PreTokenizerTest {
  private static final Pattern NUMBER = compile("\\p{N}|\\P{N}+");
  private static final Pattern GPT2 =
      compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");
  private static final Pattern QWEN2 = cl100k("\\p{N}");
  private static final Pattern LLAMA_BPE = cl100k("\\p{N}{1,3}");

  private static Pattern cl100k(String numbers) {
    return compile(
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|"
            + numbers
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");
  }

  /**
   * With this flag {@code \s} is Unicode's White_Space, as in the engines that vocabularies use.
   */
  private static Pattern compile(String pattern) {
    return Pattern.compile(pattern, Pattern.UNICODE_CHARACTER_CLASS | Pattern.UNICODE_CASE);
  }

  @ParameterizedTest
  @FieldSource("dev.sluice.engine.tokenizer.PreTokenizer#ALL")
  void split_randomText_equalsThePublishedPattern(PreTokenizer pre) {
    for (long seed = 0; seed < 20_000; seed++) {
      String text = RandomText.next(new Random(seed), 12);
      assertThat(split(pre, text)).as("seed %d", seed).isEqualTo(published(pre, text));
    }
  }

  @ParameterizedTest
  @FieldSource("dev.sluice.engine.tokenizer.PreTokenizer#ALL")
  void split_everyCodePoint_equalsThePublishedPattern(PreTokenizer pre) {
    for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
      if (Character.getType(c) != Character.SURROGATE) {
        String text = "a" + Character.toString(c) + "1 " + Character.toString(c);
        assertThat(split(pre, text)).as("U+%04X", c).isEqualTo(published(pre, text));
      }
    }
  }

  @Test
  void split_partOfAText_looksAtNothingBeyondIt() {
    String text = "x  y";
    assertThat(pieceEnd("gpt2", text, 1, 3)).isEqualTo(3);
    assertThat(pieceEnd("qwen2", text, 1, 3)).isEqualTo(3);
    assertThat(pieceEnd("gpt2", "'ll", 0, 2)).isEqualTo(1);
  }

  private static int pieceEnd(String pre, String text, int start, int end) {
    return PreTokenizer.named(pre).splitter().pieceEnd(text, start, end);
  }

  private static List<String> split(PreTokenizer pre, String text) {
    List<String> pieces = new ArrayList<>();
    for (int i = 0; i < text.length(); ) {
      int end = pre.splitter().pieceEnd(text, i, text.length());
      pieces.add(text.substring(i, end));
      i = end;
    }
    return pieces;
  }

  private static List<String> published(PreTokenizer pre, String text) {
    return switch (pre.name()) {
      case "gpt2", "gpt-2" -> matches(GPT2, text);
      case "smollm" ->
          matches(NUMBER, text).stream().flatMap(part -> matches(GPT2, part).stream()).toList();
      case "qwen2" -> matches(QWEN2, text);
      case "llama-bpe" -> matches(LLAMA_BPE, text);
      default -> throw new AssertionError("no published pattern for " + pre.name());
    };
  }

  private static List<String> matches(Pattern pattern, String text) {
    List<String> pieces = new ArrayList<>();
    for (Matcher matcher = pattern.matcher(text); matcher.find(); ) {
      pieces.add(matcher.group());
    }
    return pieces;
  }
}
