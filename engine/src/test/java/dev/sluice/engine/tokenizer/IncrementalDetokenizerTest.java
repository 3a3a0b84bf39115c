package dev.sluice.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IncrementalDetokenizerTest {
  /** Ids 0 to 255 are the bytes themselves. */
  private static final Tokenizer BYTES =
      Vocabularies.bytes().merges("Ł ĺ", "ð Ł").control("<end>").build();

  private static final int END = BYTES.vocabularySize() - 1;

  @Test
  void append_bytesOfOneCharacter_emitsOnlyWithTheLast() {
    IncrementalDetokenizer detokenizer = new IncrementalDetokenizer(BYTES, true);
    assertThat(detokenizer.append(0xF0)).isEmpty();
    assertThat(detokenizer.append(0x9F)).isEmpty();
    assertThat(detokenizer.append(0x98)).isEmpty();
    assertThat(detokenizer.append(0x80)).isEqualTo("😀");
    assertThat(detokenizer.flush()).isEmpty();
  }

  @Test
  void flush_insideACharacter_isOneReplacement() {
    IncrementalDetokenizer detokenizer = new IncrementalDetokenizer(BYTES, true);
    detokenizer.append(0xF0);
    detokenizer.append(0x9F);
    assertThat(detokenizer.flush()).isEqualTo("\uFFFD");
    assertThat(detokenizer.append('a')).isEqualTo("a");
  }

  @Test
  void append_bytesThatCantBecomeACharacter_areReplacedAtOnce() {
    IncrementalDetokenizer detokenizer = new IncrementalDetokenizer(BYTES, true);
    assertThat(detokenizer.append(0xE0)).isEmpty();
    assertThat(detokenizer.append(0x80)).isEqualTo("\uFFFD\uFFFD");
    assertThat(detokenizer.append(0xFF)).isEqualTo("\uFFFD");
  }

  @Test
  void append_controlToken_isHiddenOrShown() {
    assertThat(new IncrementalDetokenizer(BYTES, true).append(END)).isEmpty();
    assertThat(new IncrementalDetokenizer(BYTES, false).append(END)).isEqualTo("<end>");
  }

  @Test
  void append_randomTokens_equalsDecodingThemAtOnce() {
    for (long seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      boolean skipControl = random.nextBoolean();
      int[] ids = randomIds(random);
      IncrementalDetokenizer detokenizer = new IncrementalDetokenizer(BYTES, skipControl);
      StringBuilder streamed = new StringBuilder();
      for (int id : ids) {
        streamed.append(detokenizer.append(id));
      }
      streamed.append(detokenizer.flush());
      assertThat(streamed.toString()).as("seed %d", seed).isEqualTo(BYTES.decode(ids, skipControl));
    }
  }

  @Test
  void append_wellFormedText_neverEmitsAReplacement() {
    for (long seed = 0; seed < 2_000; seed++) {
      String text = RandomText.next(new Random(seed), 20).replace("\uFFFD", "");
      IncrementalDetokenizer detokenizer = new IncrementalDetokenizer(BYTES, true);
      StringBuilder streamed = new StringBuilder();
      for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
        String part = detokenizer.append(value & 0xFF);
        assertThat(part.codePointCount(0, part.length())).isLessThanOrEqualTo(1);
        streamed.append(part);
      }
      assertThat(streamed.toString()).as("seed %d", seed).isEqualTo(text);
    }
  }

  /** Mostly lead and continuation bytes at the edges of what is well-formed. */
  private static int[] randomIds(Random random) {
    int[] edges = {
      0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0,
      0xF1, 0xF4, 0xF5, 0xFF, 256, 257, END
    };
    return random.ints(random.nextInt(12), 0, edges.length).map(i -> edges[i]).toArray();
  }
}
