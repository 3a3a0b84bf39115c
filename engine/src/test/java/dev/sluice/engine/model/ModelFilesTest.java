package dev.sluice.engine.model;

import static dev.sluice.engine.testkit.GgufWriter.bytes;
import static dev.sluice.engine.testkit.GgufWriter.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.engine.testkit.GgufWriter;
import dev.sluice.engine.testkit.GgufWriter.WrittenTensor;
import dev.sluice.engine.testkit.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ModelFilesTest {
  @TempDir private Path folder;

  private Path file(byte[] contents) throws IOException {
    return Files.write(folder.resolve("model.gguf"), contents);
  }

  private static GgufWriter tiny() {
    return new TinyModel(TensorType.Q8_0, 1).gguf();
  }

  @ParameterizedTest
  @EnumSource(
      names = {"Q4_K", "Q5_K", "Q6_K"},
      mode = EnumSource.Mode.EXCLUDE)
  void open_tinyModel_readsSpecAndWeights(TensorType type) throws IOException {
    try (LoadedModel model = ModelFiles.open(file(new TinyModel(type, 1).gguf().build()))) {
      assertThat(model.spec().headDim()).isEqualTo(16);
      assertThat(model.spec().tiedOutput()).isTrue();
      assertThat(model.tensor(WeightName.DOWN, 1).type()).isEqualTo(type);
      assertThat(model.findTensor(WeightName.QUERY_BIAS, 0)).isNull();
      assertThat(model.tokenizer().eosIds()).containsExactly(2);
      assertThat(model.chatTemplate()).isNotNull();
    }
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        lie("magic is not 'GGUF'", gguf -> gguf.magic(0x12345678)),
        lie("version is 0", gguf -> gguf.version(0)),
        lie("version is 1", gguf -> gguf.version(1)),
        lie("version is 4", gguf -> gguf.version(4)),
        lie("version is byte-swapped", gguf -> gguf.version(Integer.reverseBytes(3))),
        lie("tensor count is 9223372036854775807", gguf -> gguf.claimTensors(Long.MAX_VALUE)),
        lie("key count is 2147483648", gguf -> gguf.claimKeys(1L << 31)),
        lie("tensor count claims 65536 values", gguf -> gguf.claimTensors(65_536)),
        lie("length of key 18", gguf -> gguf.raw(bytes(-1L))),
        lie("is empty or not printable", gguf -> gguf.put("", 1)),
        lie("is empty or not printable", gguf -> gguf.put("a\u00e9", 1)),
        lie("length of key", gguf -> gguf.put("k".repeat(65_536), 1)),
        lie("key 'general.architecture' appears twice", ModelFilesTest::duplicateKey),
        lie("'x' has value type 13", gguf -> gguf.put("x", bytes(13), bytes(0))),
        lie("'x' is a boolean of value 2", gguf -> gguf.put("x", bytes(7), new byte[] {2})),
        lie("'x' is an array of arrays", gguf -> gguf.put("x", bytes(9), bytes(9), bytes(1L))),
        lie("length of 'x'", gguf -> gguf.put("x", bytes(9), bytes(4), bytes(1L << 60))),
        lie(
            "'x' claims 16777216 values",
            gguf -> gguf.put("x", bytes(9), bytes(4), bytes(1L << 24))),
        lie("length of 'x'", gguf -> gguf.put("x", bytes(8), bytes(-1L))),
        lie("'llama.block_count' must be an integer", gguf -> gguf.put("llama.block_count", "2")),
        lie("'general.alignment' is 0", gguf -> gguf.put("general.alignment", 0)),
        lie("'general.alignment' is 1", gguf -> gguf.put("general.alignment", 1)),
        lie("'general.alignment' is 24, not a power", gguf -> gguf.put("general.alignment", 24)),
        lie("'general.alignment' is 2147483648", gguf -> gguf.put("general.alignment", 1 << 31)),
        lie("'general.alignment' must be an integer", gguf -> gguf.put("general.alignment", 1f)),
        lie("length of name of tensor", gguf -> gguf.tensor(tensor("n".repeat(65)))),
        lie(
            "tensor 'output_norm.weight' appears twice",
            gguf -> gguf.tensor(tensor("output_norm.weight"))),
        lie("'t' has 0 dimensions", gguf -> gguf.tensor(shaped())),
        lie("'t' has 5 dimensions", gguf -> gguf.tensor(shaped(1, 1, 1, 1, 1))),
        lie("'t' dimension 1 is 0", gguf -> gguf.tensor(shaped(1, 0))),
        lie("dimension 0 is 4294967296", gguf -> gguf.tensor(shaped(1L << 32))),
        lie("'t' has more than 2^31 rows", gguf -> gguf.tensor(shaped(1, 1 << 30, 4))),
        lie("it is truncated", gguf -> gguf.tensor(shaped(1 << 30, 1 << 30))),
        lie("type 10 (Q2_K)", gguf -> gguf.tensor(typed(10, 256))),
        lie("type 4 (Q4_2, removed", gguf -> gguf.tensor(typed(4, 256))),
        lie("type 99", gguf -> gguf.tensor(typed(99, 256))),
        lie("rows of 33 values", gguf -> gguf.tensor(typed(8, 33))),
        lie("has offset 7", gguf -> gguf.tensor(placed(7))),
        lie("has offset 4611686018427387904", gguf -> gguf.tensor(placed(1L << 62))),
        lie("supported are [llama]", gguf -> gguf.put("general.architecture", "mamba")),
        lie("'general.architecture' is missing", gguf -> gguf.without("general.architecture")),
        lie("'llama.attention.head_count' is 0", gguf -> gguf.put("llama.attention.head_count", 0)),
        lie(
            "must divide 'llama.embedding_length'",
            gguf -> gguf.put("llama.attention.head_count", 3)),
        lie(
            "must divide 'llama.attention.head_count'",
            gguf -> gguf.put("llama.attention.head_count_kv", 3)),
        lie("'llama.block_count' is 0", gguf -> gguf.put("llama.block_count", 0)),
        lie("'llama.block_count' is 4294967295", gguf -> gguf.put("llama.block_count", -1)),
        lie("'llama.context_length' is 0", gguf -> gguf.put("llama.context_length", 0)),
        lie("'llama.rope.freq_base' is 0.0", gguf -> gguf.put("llama.rope.freq_base", 0f)),
        lie("'llama.rope.freq_base' is NaN", gguf -> gguf.put("llama.rope.freq_base", Float.NaN)),
        lie(
            "'llama.rope.scaling.type' is 'yarn'",
            gguf -> gguf.put("llama.rope.scaling.type", "yarn")),
        lie("tensor 'blk.2.attn_norm.weight' is missing", gguf -> gguf.put("llama.block_count", 3)),
        lie(
            "tensor 'blk.1.ffn_up.weight' is missing",
            gguf -> gguf.withoutTensor("blk.1.ffn_up.weight")),
        lie("has shape [128, 64]", gguf -> gguf.put("llama.feed_forward_length", 96)),
        lie(
            "'tokenizer.ggml.token_type' has 1 entries",
            gguf -> gguf.put("tokenizer.ggml.token_type", new int[1])),
        lie(
            "'tokenizer.ggml.tokens' has 0 entries",
            gguf -> gguf.put("tokenizer.ggml.tokens", List.of())),
        lie(
            "'tokenizer.ggml.eos_token_id' is 5000",
            gguf -> gguf.put("tokenizer.ggml.eos_token_id", 5000)),
        lie("the tokenizer is refused", gguf -> gguf.put("tokenizer.ggml.model", "unigram")),
        lie("the tokenizer is refused", gguf -> gguf.put("tokenizer.ggml.pre", "unheard-of")),
        lie(
            "'tokenizer.chat_template' is refused",
            gguf -> gguf.put("tokenizer.chat_template", "{% include 'x' %}")),
        lie(
            "'tokenizer.chat_template' has 300000",
            gguf -> gguf.put("tokenizer.chat_template", "x".repeat(300_000))));
  }

  private static Arguments lie(String message, Consumer<GgufWriter> change) {
    return arguments(message, change);
  }

  private static void duplicateKey(GgufWriter gguf) {
    gguf.raw(string("general.architecture"), bytes(GgufWriter.STRING), string("llama"));
  }

  private static WrittenTensor tensor(String name) {
    return new WrittenTensor(name, new long[] {64}, 0, -1, new byte[256]);
  }

  private static WrittenTensor shaped(long... dimensions) {
    return new WrittenTensor("t", dimensions, 0, -1, new byte[256]);
  }

  private static WrittenTensor typed(int type, int columns) {
    return new WrittenTensor("t", new long[] {columns}, type, -1, new byte[256]);
  }

  private static WrittenTensor placed(long offset) {
    return new WrittenTensor("t", new long[] {64}, 0, offset, new byte[256]);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void open_headerLies_namesTheField(String message, Consumer<GgufWriter> change)
      throws IOException {
    GgufWriter gguf = tiny();
    change.accept(gguf);
    Path path = file(gguf.build());
    assertThatThrownBy(() -> ModelFiles.open(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(message);
  }

  static Stream<Arguments> strangers() {
    return Stream.of(
        arguments("", "the file is empty"),
        arguments("GG", "none of the formats"),
        arguments("PK\u0003\u0004", "zip archive"),
        arguments("<!DOCTYPE html>", "HTML"),
        arguments("version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        arguments("\u0010\0\0\0\0\0\0\0{\"a\":{}}", "safetensors"));
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void open_anotherFormat_saysWhichItIs(String contents, String message) throws IOException {
    Path path = file(contents.getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> ModelFiles.open(path)).hasMessageContaining(message);
  }

  @Test
  void open_folderOrMissing_saysSo() {
    assertThatThrownBy(() -> ModelFiles.open(folder)).hasMessageContaining("not a regular file");
    assertThatThrownBy(() -> ModelFiles.open(folder.resolve("none")))
        .hasMessageContaining("there is no such file");
  }

  @Test
  void open_truncatedAnywhere_isRefused() throws IOException {
    byte[] whole = tiny().build();
    int header = whole.length - dataBytes(whole);
    for (int length = 0; length < whole.length; length += step(length, header)) {
      Path path = file(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> ModelFiles.open(path)).isInstanceOf(ModelFormatException.class);
    }
  }

  @Test
  void open_anyHeaderBitFlipped_opensOrIsRefused() throws IOException {
    byte[] whole = tiny().build();
    int header = whole.length - dataBytes(whole);
    for (int bit = 0; bit < 8 * header; bit += bit < 1024 ? 1 : 61) {
      whole[bit / 8] ^= (byte) (1 << bit % 8);
      openOrRefuse(file(whole), bit);
      whole[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  /** Every byte of the fixed part, then a sample: the variable part repeats a few shapes. */
  private static int step(int length, int header) {
    if (length < 128) {
      return 1;
    }
    return length < header ? 29 : 9_973;
  }

  private static void openOrRefuse(Path path, int bit) throws IOException {
    try (LoadedModel model = ModelFiles.open(path)) {
      assertThat(model.spec().layerCount()).as("bit %s", bit).isPositive();
    } catch (ModelFormatException refused) {
      assertThat(refused).as("bit %s", bit).hasMessageStartingWith(path + ": ");
    }
  }

  /** The data section's length: the tiny model's matrices and norms, padded. */
  private static int dataBytes(byte[] whole) {
    try {
      Path path = Files.createTempFile("tiny", ".gguf");
      Files.write(path, whole);
      try (LoadedModel model = ModelFiles.open(path)) {
        return (int) (whole.length - model.tensor(WeightName.TOKEN_EMBEDDING, -1).offset());
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
