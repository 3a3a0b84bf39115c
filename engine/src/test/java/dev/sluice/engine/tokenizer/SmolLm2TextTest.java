package dev.sluice.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.ModelFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every golden case of SmolLM2's tokenizer and template; the reference is Hugging Face's. */
class SmolLm2TextTest {
  private static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";
  private static final JsonNode GOLDENS = goldens();
  private static LoadedModel model;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void openModel() throws IOException {
    Path path =
        Stream.of(System.getenv().getOrDefault("SLUICE_HOME", ""), home())
            .filter(folder -> !folder.isEmpty())
            .map(folder -> Path.of(folder, "models", FILE))
            .filter(Files::exists)
            .findFirst()
            .orElseGet(() -> abort("no " + FILE + "; run ./sluice pull smollm2-135m"));
    model = ModelFiles.open(path);
    tokenizer = model.tokenizer();
  }

  @AfterAll
  static void closeModel() throws IOException {
    if (model != null) {
      model.close();
    }
  }

  private static String home() {
    return Path.of(System.getProperty("user.home"), ".cache", "sluice").toString();
  }

  private static JsonNode goldens() {
    try (InputStream json =
        SmolLm2TextTest.class.getResourceAsStream("/goldens/smollm2-135m-text.json")) {
      return JsonMapper.shared().readTree(Objects.requireNonNull(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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
  void render_goldenConversation_givesTheReferenceTextAndIds(JsonNode golden) {
    PromptText prompt = rendered(golden);
    String text = golden.get("rendered").asString();
    assertThat(prompt.text()).isEqualTo(text);
    assertThat(tokenizer.encode(PromptText.trusted(text))).isEqualTo(ids(golden, "ids"));
    // The reference lets users write control tokens; what they wrote is the one difference.
    if (!golden.get("name").asString().equals("special_text")) {
      assertThat(tokenizer.encode(prompt)).isEqualTo(ids(golden, "ids"));
    }
  }

  @Test
  void render_controlTextFromAUser_staysText() {
    JsonNode golden =
        conversations()
            .filter(c -> c.get("name").asString().equals("special_text"))
            .findFirst()
            .orElseThrow();
    int[] ids = tokenizer.encode(rendered(golden));
    assertThat(Arrays.stream(ids).filter(tokenizer::isControl)).containsExactly(1, 2, 1, 2, 1);
    assertThat(tokenizer.decode(ids, false)).isEqualTo(golden.get("rendered").asString());
  }

  private static PromptText rendered(JsonNode golden) {
    List<Map<String, Object>> messages =
        JsonMapper.shared().convertValue(golden.get("messages"), new TypeReference<>() {});
    boolean generation = golden.get("add_generation_prompt").asBoolean();
    return Objects.requireNonNull(model.chatTemplate())
        .render(messages, Map.of("add_generation_prompt", generation));
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
