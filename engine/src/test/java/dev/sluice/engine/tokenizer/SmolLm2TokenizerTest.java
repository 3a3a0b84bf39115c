package dev.sluice.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every golden case of SmolLM2's tokenizer; the ids come from Hugging Face's tokenizers. */
class SmolLm2TokenizerTest {
  private static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";
  private static final JsonNode GOLDENS = goldens();
  private static Tokenizer tokenizer;

  @BeforeAll
  static void loadVocabulary() throws IOException {
    Path path =
        Stream.of(System.getenv().getOrDefault("SLUICE_HOME", ""), home())
            .filter(folder -> !folder.isEmpty())
            .map(folder -> Path.of(folder, "models", FILE))
            .filter(Files::exists)
            .findFirst()
            .orElseGet(() -> abort("no " + FILE + "; run ./sluice pull smollm2-135m"));
    tokenizer = Tokenizers.fromMetadata(GgufVocabulary.read(path));
  }

  private static String home() {
    return Path.of(System.getProperty("user.home"), ".cache", "sluice").toString();
  }

  private static JsonNode goldens() {
    try (InputStream json =
        SmolLm2TokenizerTest.class.getResourceAsStream("/goldens/smollm2-135m-text.json")) {
      return JsonMapper.shared().readTree(Objects.requireNonNull(json));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  static Stream<JsonNode> texts() {
    return GOLDENS.get("tokenizer").valueStream();
  }

  static Stream<JsonNode> conversations() {
    return GOLDENS.get("chat").valueStream();
  }

  @ParameterizedTest
  @MethodSource("texts")
  void encode_goldenText_givesTheReferenceIds(JsonNode golden) {
    String text = golden.get("text").asString();
    assertThat(tokenizer.encode(PromptText.trusted(text))).isEqualTo(ids(golden, "ids"));
    assertThat(tokenizer.encode(PromptText.untrusted(text)))
        .isEqualTo(ids(golden, "ids_nospecial"));
  }

  @ParameterizedTest
  @MethodSource("texts")
  void decode_goldenIds_givesTheReferenceText(JsonNode golden) {
    int[] ids = ids(golden, "ids");
    String shown = golden.get("decoded").asString();
    assertThat(tokenizer.decode(ids, false)).isEqualTo(shown);
    assertThat(tokenizer.decode(ids, true))
        .isEqualTo(golden.get("decoded_skip_special").asString());
    assertThat(streamed(ids, false)).isEqualTo(shown);
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void encode_renderedConversation_givesTheReferenceIds(JsonNode golden) {
    PromptText rendered = PromptText.trusted(golden.get("rendered").asString());
    assertThat(tokenizer.encode(rendered)).isEqualTo(ids(golden, "ids"));
  }

  @Test
  void encode_vocabularyOfTheFile_isAllRead() {
    assertThat(tokenizer.vocabularySize()).isEqualTo(49_152);
    assertThat(tokenizer.bosId()).hasValue(1);
    assertThat(tokenizer.eosIds()).containsExactly(2);
    assertThat(tokenizer.addBos()).isFalse();
  }

  private static String streamed(int[] ids, boolean skipControl) {
    IncrementalDetokenizer detokenizer = new IncrementalDetokenizer(tokenizer, skipControl);
    StringBuilder text = new StringBuilder();
    Arrays.stream(ids).mapToObj(detokenizer::append).forEach(text::append);
    return text.append(detokenizer.flush()).toString();
  }

  private static int[] ids(JsonNode golden, String name) {
    return golden.get(name).valueStream().mapToInt(JsonNode::asInt).toArray();
  }
}
