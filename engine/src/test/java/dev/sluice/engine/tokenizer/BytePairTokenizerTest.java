package dev.sluice.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytePairTokenizerTest {
  private static final Vocabularies SMALL =
      Vocabularies.bytes()
          .merges("h e", "l l", "he ll", "hell o", "Ġ w", "Ã ©")
          .control("<|im_start|>")
          .control("<|im_end|>")
          .userDefined("<tool>")
          .userDefined("<tool>!");
  private static final Tokenizer TOKENIZER = SMALL.build();

  @Test
  void encode_wordWithMerges_appliesBestRankFirst() {
    assertThat(pieces("hello world")).containsExactly("hello", "Ġw", "o", "r", "l", "d");
  }

  @Test
  void encode_characterBeyondAscii_mergesItsBytes() {
    assertThat(pieces("é😀")).containsExactly("Ã©", "ð", "Ł", "ĺ", "Ģ");
  }

  @Test
  void encode_emptyText_isEmpty() {
    assertThat(TOKENIZER.encode(PromptText.trusted(""))).isEmpty();
  }

  @Test
  void encode_equalPairs_mergesLeftmostFirst() {
    Tokenizer tokenizer = Vocabularies.bytes().merges("a a").build();
    assertThat(Vocabularies.pieces(tokenizer, tokenizer.encode(PromptText.untrusted("aaa"))))
        .containsExactly("aa", "a");
  }

  @Test
  void encode_trustedControlText_isOneToken() {
    assertThat(TOKENIZER.encode(PromptText.trusted("<|im_start|>he")))
        .containsExactly(SMALL.id("<|im_start|>"), SMALL.id("he"));
  }

  @Test
  void encode_untrustedControlText_isPlainText() {
    int[] ids = TOKENIZER.encode(PromptText.untrusted("<|im_start|>he"));
    assertThat(ids).doesNotContain(SMALL.id("<|im_start|>"));
    assertThat(TOKENIZER.decode(ids, true)).isEqualTo("<|im_start|>he");
  }

  @Test
  void encode_controlTextWithOneUntrustedCharacter_isPlainText() {
    String text = "<|im_start|>";
    for (int i = 0; i < text.length(); i++) {
      BitSet trusted = new BitSet();
      trusted.set(0, text.length());
      trusted.clear(i);
      assertThat(TOKENIZER.encode(new PromptText(text, trusted)))
          .doesNotContain(SMALL.id("<|im_start|>"));
    }
  }

  @Test
  void encode_secondControlTextTrusted_onlyThatIsAToken() {
    BitSet trusted = new BitSet();
    trusted.set(10, 20);
    assertThat(TOKENIZER.encode(new PromptText("<|im_end|><|im_end|>", trusted)))
        .endsWith(SMALL.id("<|im_end|>"))
        .hasSize(11);
  }

  @Test
  void encode_userDefinedText_isMatchedEverywhereLongestFirst() {
    assertThat(pieces("a<tool>b<tool>!<tool")).startsWith("a", "<tool>", "b", "<tool>!", "<", "t");
  }

  @Test
  void encode_trustChangesInsideAWord_piecesIgnoreIt() {
    BitSet trusted = new BitSet();
    trusted.set(0, 2);
    assertThat(TOKENIZER.encode(new PromptText("hello", trusted)))
        .containsExactly(SMALL.id("hello"));
  }

  @Test
  void encode_loneSurrogate_becomesReplacementCharacter() {
    for (String text : List.of("a\uD800b", "a\uDC00b", "\uDC00\uD800")) {
      int[] ids = TOKENIZER.encode(PromptText.untrusted(text));
      assertThat(TOKENIZER.decode(ids, false)).isEqualTo(text.replaceAll("\\p{Cs}", "\uFFFD"));
    }
  }

  @Test
  void encode_llamaVocabulary_takesWholePiecesWithoutMerges() {
    Vocabularies whole = Vocabularies.bytes().token("Ġhello", 1);
    assertThat(whole.pre("llama-bpe").build().encode(PromptText.untrusted(" hello")))
        .containsExactly(whole.id("Ġhello"));
    assertThat(whole.pre("qwen2").build().encode(PromptText.untrusted(" hello"))).hasSize(6);
  }

  @Test
  void encode_byteMissingFromVocabulary_isLeftOut() {
    TokenizerMetadata onlyA = small(List.of("a"), new int[] {1}, List.of());
    assertThat(Tokenizers.fromMetadata(onlyA).encode(PromptText.untrusted("abca")))
        .containsExactly(0, 0);
  }

  @Test
  void decode_everyEncodedText_isTheText() {
    Random random = new Random(7);
    for (int round = 0; round < 500; round++) {
      String text = RandomText.next(random, 40);
      assertThat(TOKENIZER.decode(TOKENIZER.encode(PromptText.untrusted(text)), false))
          .isEqualTo(text);
    }
  }

  @Test
  void decode_skippingControl_hidesOnlyControlTokens() {
    int[] ids = TOKENIZER.encode(PromptText.trusted("<|im_start|>he<tool><|im_end|>"));
    assertThat(TOKENIZER.decode(ids, true)).isEqualTo("he<tool>");
    assertThat(TOKENIZER.decode(ids, false)).isEqualTo("<|im_start|>he<tool><|im_end|>");
  }

  /** The heap against the definition: find the best pair anew after each merge. */
  @Test
  void encode_randomRules_equalsTheNaiveAlgorithm() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Vocabularies vocabulary = randomRules(random);
      Tokenizer tokenizer = vocabulary.build();
      List<String> rules = vocabulary.metadata().merges();
      for (int round = 0; round < 10; round++) {
        String word = randomWord(random, 1 + random.nextInt(60));
        assertThat(Vocabularies.pieces(tokenizer, tokenizer.encode(PromptText.untrusted(word))))
            .as("seed %d, word %s, rules %s", seed, word, rules)
            .isEqualTo(mergedNaively(word, rules));
      }
    }
  }

  private static Vocabularies randomRules(Random random) {
    Vocabularies vocabulary = Vocabularies.bytes();
    List<String> known = new ArrayList<>(List.of("a", "b", "c"));
    List<String> rules = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      String left = known.get(random.nextInt(known.size()));
      String right = known.get(random.nextInt(known.size()));
      if (!rules.contains(left + " " + right)) {
        rules.add(left + " " + right);
        known.add(left + right);
      }
    }
    // Files may list a rule before the rules that make its parts.
    Collections.swap(rules, 0, rules.size() - 1);
    return vocabulary.merges(rules.toArray(String[]::new));
  }

  private static String randomWord(Random random, int length) {
    return random
        .ints(length, 'a', 'd')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static List<String> mergedNaively(String word, List<String> rules) {
    List<String> symbols = new ArrayList<>(List.of(word.split("")));
    while (true) {
      int best = Integer.MAX_VALUE;
      int at = -1;
      for (int i = 0; i + 1 < symbols.size(); i++) {
        int rank = rules.indexOf(symbols.get(i) + " " + symbols.get(i + 1));
        if (rank >= 0 && rank < best) {
          best = rank;
          at = i;
        }
      }
      if (at < 0) {
        return symbols;
      }
      symbols.set(at, symbols.get(at) + symbols.remove(at + 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", " ", "\n", "1", "!", "<", "é", "\u3000", " \n", "'", "<|im_start|"})
  void encode_oneMillionOfTheSame_staysLinear(String unit) {
    String text = unit.repeat(1_000_000 / unit.length());
    for (String pre : List.of("smollm", "gpt2", "qwen2", "llama-bpe")) {
      Tokenizer tokenizer =
          Vocabularies.bytes()
              .pre(pre)
              .merges("a a", "aa aa", "aaaa aaaa", "Ġ Ġ", "ĠĠ ĠĠ", "Ċ Ċ", "! !")
              .control("<|im_start|>")
              .build();
      // Quadratic code takes minutes here; the bound only has to be below that on a busy machine.
      Assertions.assertTimeoutPreemptively(
          Duration.ofSeconds(10), () -> tokenizer.encode(PromptText.untrusted(text)));
    }
  }

  @Test
  void fromMetadata_unknownModelOrPre_isRefusedByName() {
    refused(m -> with(m, "bert", m.pre()), "'bert'", "gpt2");
    refused(m -> with(m, "gpt2", "martian"), "'martian'", "smollm", "llama-bpe");
  }

  @Test
  void fromMetadata_contradictions_areRefused() {
    refused(m -> small(List.of("a"), new int[] {1, 1}, List.of()), "1 tokens and 2 token types");
    refused(m -> small(List.of("a", "a"), new int[] {1, 1}, List.of()), "tokens 0 and 1", "'a'");
    refused(m -> small(List.of("a"), new int[] {1}, List.of("a a")), "merge 0", "'aa'");
    refused(m -> small(List.of("a"), new int[] {1}, List.of("aa")), "merge 0 'aa'");
    refused(m -> small(List.of(""), new int[] {3}, List.of()), "special token 0", "0 characters");
    refused(m -> withIds(m, OptionalInt.of(999), new int[0], false), "bos token id 999");
    refused(m -> withIds(m, OptionalInt.empty(), new int[] {-1}, false), "eos token id -1");
    refused(m -> withIds(m, OptionalInt.empty(), new int[0], true), "no");
  }

  @Test
  void fromMetadata_repeatedPadding_isAccepted() {
    TokenizerMetadata padded =
        small(List.of("a", "[PAD]", "[PAD]"), new int[] {1, 5, 5}, List.of());
    assertThat(Tokenizers.fromMetadata(padded).vocabularySize()).isEqualTo(3);
  }

  private static void refused(UnaryOperator<TokenizerMetadata> change, String... words) {
    TokenizerMetadata changed = change.apply(SMALL.metadata());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokenizers.fromMetadata(changed))
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  private static TokenizerMetadata with(TokenizerMetadata m, String model, String pre) {
    return new TokenizerMetadata(
        model, pre, m.tokens(), m.tokenTypes(), m.merges(), m.bosId(), m.eosIds(), m.addBos());
  }

  private static TokenizerMetadata withIds(
      TokenizerMetadata m, OptionalInt bos, int[] eos, boolean addBos) {
    return new TokenizerMetadata(
        m.model(), m.pre(), m.tokens(), m.tokenTypes(), m.merges(), bos, eos, addBos);
  }

  private static TokenizerMetadata small(List<String> tokens, int[] types, List<String> merges) {
    return new TokenizerMetadata(
        "gpt2", "gpt2", tokens, types, merges, OptionalInt.empty(), new int[0], false);
  }

  private static List<String> pieces(String text) {
    return Vocabularies.pieces(TOKENIZER, TOKENIZER.encode(PromptText.untrusted(text)));
  }
}
