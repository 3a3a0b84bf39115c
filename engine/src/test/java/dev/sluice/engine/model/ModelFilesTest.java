package dev.sluice.engine.model;

import static dev.sluice.engine.testkit.GgufWriter.bytes;
import static dev.sluice.engine.testkit.GgufWriter.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.sluice.engine.testkit.GgufWriter;
import dev.sluice.engine.testkit.GgufWriter.WrittenTensor;
import dev.sluice.engine.testkit.TinyModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
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
  @EnumSource
  void open_tinyModel_readsSpecAndWeights(TensorType type) throws IOException {
    try (LoadedModel model = ModelFiles.open(file(new TinyModel(type, 1).gguf().build()))) {
      assertThat(model.spec().headDim()).isEqualTo(model.spec().hiddenSize() / 4);
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
        lie("tensor count is 18446744073709551615", gguf -> gguf.claimTensors(-1)),
        lie("tensor count is 2147483648", gguf -> gguf.claimTensors(1L << 31)),
        lie("key count is 18446744073709551615", gguf -> gguf.claimKeys(-1)),
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
            "'x' has value type 13",
            gguf -> gguf.put("x", bytes(GgufWriter.ARRAY), bytes(13), bytes(0L))),
        lie(
            "'x' claims 40000 values",
            gguf -> gguf.put("x", bytes(GgufWriter.ARRAY), bytes(11), bytes(40_000L))),
        lie(
            "'x' claims 16777216 values",
            gguf -> gguf.put("x", bytes(9), bytes(4), bytes(1L << 24))),
        lie("length of 'x'", gguf -> gguf.put("x", bytes(8), bytes(-1L))),
        lie("'llama.block_count' must be an integer", gguf -> gguf.put("llama.block_count", "2")),
        lie("'general.alignment' is 0", gguf -> gguf.put("general.alignment", 0)),
        lie("'general.alignment' is 1", gguf -> gguf.put("general.alignment", 1)),
        lie("'general.alignment' is 24, not a power", gguf -> gguf.put("general.alignment", 24)),
        lie("'general.alignment' is 2147483648", gguf -> gguf.put("general.alignment", 1 << 31)),
        lie("'general.alignment' is 13", gguf -> gguf.put("general.alignment", 13)),
        lie("'general.alignment' is 8192", gguf -> gguf.put("general.alignment", 8192)),
        lie(
            "'general.alignment' has value type 5",
            gguf -> gguf.put("general.alignment", bytes(GgufWriter.INT32), bytes(32))),
        lie("'general.alignment' has value type 6", gguf -> gguf.put("general.alignment", 1f)),
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
        lie("'t' dimension 0 is 18446744073709551615", gguf -> gguf.tensor(shaped(-1))),
        lie("'t' has 4294967295 dimensions", gguf -> gguf.tensor(dimensions(-1))),
        lie(
            "'t' takes more than 2^63 bytes",
            gguf -> gguf.tensor(shaped(Integer.MAX_VALUE, Integer.MAX_VALUE))),
        lie(
            "'t': offset 7 is not a multiple of general.alignment 32",
            gguf -> gguf.tensor(placed(7))),
        lie("'t': offset 4611686018427387904 is outside", gguf -> gguf.tensor(placed(1L << 62))),
        lie("'t': offset 18446744073709551584 is outside", gguf -> gguf.tensor(placed(-32))),
        lie("'t': offset 32 overlaps the tensor before", gguf -> gguf.tensor(placed(32))),
        lie("'u': offset 320 leaves a gap", ModelFilesTest::onlyTensorsWithGap),
        lie("tensor 't' is not known", gguf -> gguf.tensor(shaped(64))),
        lie("tensor 'blk.1.", gguf -> gguf.put("llama.block_count", 1)),
        lie(
            "tensor 'blk.0.attn_q_norm.weight' is not known",
            gguf -> gguf.tensor(tensor("blk.0.attn_q_norm.weight"))),
        lie("tensor '\\u001B[2J' is not known", gguf -> gguf.tensor(tensor("\u001b[2J"))),
        lie("is a vector of Q8_0", ModelFilesTest::quantizedNorm),
        lie("supported are [llama]", gguf -> gguf.put("general.architecture", "mamba")),
        lie("'general.architecture' is missing", gguf -> gguf.without("general.architecture")),
        lie("'llama.attention.head_count' is 0", gguf -> gguf.put("llama.attention.head_count", 0)),
        lie(
            "must divide 'llama.embedding_length'",
            gguf -> gguf.put("llama.attention.head_count", 3)),
        lie(
            "must divide 'llama.attention.head_count'",
            gguf -> gguf.put("llama.attention.head_count_kv", 3)),
        lie("must be that of the keys, 16", gguf -> gguf.put("llama.attention.value_length", 8)),
        lie("'llama.expert_count' is 8", gguf -> gguf.put("llama.expert_count", 8)),
        lie("epsilon' is 1.0E-60", ModelFilesTest::epsilonThatVanishes),
        lie(
            "rms_epsilon' is Infinity, it must be finite",
            gguf -> gguf.put("llama.attention.layer_norm_rms_epsilon", Float.POSITIVE_INFINITY)),
        lie(
            "'llama.context_length' is 33554432",
            gguf -> gguf.put("llama.context_length", 1 << 25)),
        lie(
            "'llama.rope.dimension_count' is 15, it must be even",
            gguf -> gguf.put("llama.rope.dimension_count", 15)),
        lie("'rope_freqs.weight' is [1, 64]", gguf -> gguf.tensor(tensor("rope_freqs.weight"))),
        lie(
            "'rope_freqs.weight'[1] is -1.0",
            gguf -> gguf.tensor(TinyModel.divisors(2, -1, 1, 1, 1, 1, 1, 1))),
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
        lie(
            "'tokenizer.ggml.bos_token_id' is 4294967295",
            gguf -> gguf.put("tokenizer.ggml.bos_token_id", -1)),
        lie(
            "'tokenizer.ggml.padding_token_id' is 269",
            gguf -> gguf.put("tokenizer.ggml.padding_token_id", 269)),
        lie(
            "'tokenizer.ggml.scores' has 3 entries, it must have 269",
            gguf -> gguf.put("tokenizer.ggml.scores", new int[3])),
        lie("'tokenizer.ggml.token_type'[0] is 4294967295", ModelFilesTest::wideTokenType),
        lie("'tokenizer.ggml.merges' is missing", gguf -> gguf.without("tokenizer.ggml.merges")),
        lie(
            "tokenizer model 'llama' is not supported",
            gguf -> gguf.put("tokenizer.ggml.model", "llama").without("tokenizer.ggml.merges")),
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

  private static void wideTokenType(GgufWriter gguf) {
    byte[] types = new byte[4 * 269];
    Arrays.fill(types, 0, 4, (byte) 0xFF);
    gguf.put(
        "tokenizer.ggml.token_type",
        bytes(GgufWriter.ARRAY),
        bytes(GgufWriter.UINT32),
        bytes(269L),
        types);
  }

  private static void epsilonThatVanishes(GgufWriter gguf) {
    gguf.put(
        "llama.attention.layer_norm_rms_epsilon",
        bytes(GgufWriter.FLOAT64),
        bytes(Double.doubleToRawLongBits(1e-60)));
  }

  private static void quantizedNorm(GgufWriter gguf) {
    gguf.withoutTensor("output_norm.weight")
        .tensor("output_norm.weight", TensorType.Q8_0, 1, 64, new byte[68]);
  }

  private static void onlyTensorsWithGap(GgufWriter gguf) {
    gguf.withoutTensors()
        .tensor(new WrittenTensor("t", new long[] {64}, 0, -1, new byte[256]))
        .tensor(new WrittenTensor("u", new long[] {64}, 0, 320, new byte[512]));
  }

  private static WrittenTensor dimensions(int count) {
    return new WrittenTensor("t", new long[0], count, 0, -1, new byte[0]);
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
    long allocatedBefore = allocatedBytes();
    long begun = System.nanoTime();
    assertThatThrownBy(() -> ModelFiles.open(path))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith(path + ": ")
        .hasMessageContaining(message);
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(2));
    assertThat(allocatedBytes() - allocatedBefore).isLessThan(64L << 20);
  }

  private static long allocatedBytes() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  static Stream<Arguments> strangers() {
    return Stream.of(
        arguments("", "the file is empty"),
        arguments("GG", "none of the formats"),
        arguments("\u0080\u0002}q", "pickle"),
        arguments("tjgg\u0001", "before GGUF"),
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
    assertThatThrownBy(() -> ModelFiles.open(folder)).hasMessageContaining("a folder");
    assertThatThrownBy(() -> ModelFiles.open(folder.resolve("none")))
        .hasMessageContaining("there is no such file");
  }

  @Test
  void open_namedPipe_isRefusedWithoutWaiting() throws Exception {
    Path pipe = folder.resolve("pipe");
    assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> assertThatThrownBy(() -> ModelFiles.open(pipe)).hasMessageContaining("pipe"));
  }

  @Test
  void open_longHostileText_makesAShortPrintableMessage() throws IOException {
    String text = "\u001b]0;x\u0007\u202e\n".repeat(100_000);
    Path path = file(tiny().put("general.architecture", text).build());
    assertThatThrownBy(() -> ModelFiles.open(path))
        .hasMessageContaining("'general.architecture' is '\\u001B]0;x\\u0007\\u202E\\u000A")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2000).matches("\\P{Cc}*"));
  }

  @Test
  void open_nanWeights_opens() throws IOException {
    Path path = new TinyModel(TensorType.F32, 1).nanWeights().writeTo(folder.resolve("nan.gguf"));
    try (LoadedModel model = ModelFiles.open(path)) {
      assertThat(floatAt(model, model.tensor(WeightName.OUTPUT_NORM, -1).offset())).isNaN();
    }
  }

  private static float floatAt(LoadedModel model, long offset) throws IOException {
    MemorySegment bytes = MemorySegment.ofArray(new byte[4]);
    model.file().read(offset, bytes);
    return bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0);
  }

  @Test
  void open_biasesAndOwnHead_findsThem() throws IOException {
    GgufWriter gguf = new TinyModel(TensorType.F32, 1).gguf();
    gguf.tensor("output.weight", TensorType.F32, 269, 64, new byte[4 * 269 * 64]);
    gguf.tensor("blk.1.attn_k.bias", TensorType.F16, 1, 32, new byte[64]);
    try (LoadedModel model = ModelFiles.open(file(gguf.build()))) {
      assertThat(model.spec().tiedOutput()).isFalse();
      assertThat(model.tensor(WeightName.OUTPUT, -1).rows()).isEqualTo(269);
      assertThat(model.findTensor(WeightName.KEY_BIAS, 0)).isNull();
      assertThat(model.tensor(WeightName.KEY_BIAS, 1).type()).isEqualTo(TensorType.F16);
    }
  }

  @Test
  void open_otherAlignment_findsTheSameBytes() throws IOException {
    float[] first = new float[2];
    for (int i = 0; i < 2; i++) {
      GgufWriter gguf = tiny();
      Path path = file((i == 0 ? gguf : gguf.alignment(4096)).build());
      try (LoadedModel model = ModelFiles.open(path)) {
        Tensor last = model.tensor(WeightName.DOWN, 1);
        assertThat(last.offset() % (i == 0 ? 32 : 4096)).isZero();
        first[i] = floatAt(model, last.offset());
      }
    }
    assertThat(first[0]).isEqualTo(first[1]);
  }

  static Stream<Arguments> scalings() {
    return Stream.of(
        arguments(1f, set(gguf -> {})),
        arguments(1f, set(gguf -> gguf.put("llama.rope.scaling.type", "none"))),
        arguments(4f, set(gguf -> gguf.put("llama.rope.scaling.factor", 4f))),
        arguments(3f, set(gguf -> gguf.put("llama.rope.scale_linear", 3f))),
        arguments(
            2f,
            set(gguf ->
                gguf.put("llama.rope.scaling.type", "linear")
                    .put("llama.rope.scaling.factor", 2f))));
  }

  private static Consumer<GgufWriter> set(Consumer<GgufWriter> change) {
    return change;
  }

  @ParameterizedTest
  @MethodSource("scalings")
  void open_ropeScaling_multipliesTheDivisors(float factor, Consumer<GgufWriter> change)
      throws IOException {
    GgufWriter gguf = tiny().tensor(TinyModel.divisors(1, 1, 1, 1, 2, 4, 8, 8));
    change.accept(gguf);
    try (LoadedModel model = ModelFiles.open(file(gguf.build()))) {
      assertThat(model.spec().rope().frequencyDivisors())
          .containsExactly(
              factor, factor, factor, factor, 2 * factor, 4 * factor, 8 * factor, 8 * factor);
    }
  }

  @Test
  void open_partialRotation_hasOneDivisorPerPair() throws IOException {
    Path path = file(tiny().put("llama.rope.dimension_count", 8).build());
    try (LoadedModel model = ModelFiles.open(path)) {
      assertThat(model.spec().rope().dimensions()).isEqualTo(8);
      assertThat(model.spec().rope().frequencyDivisors()).containsExactly(1, 1, 1, 1);
    }
  }

  /** All fields of a tiny model and few tokens, so that there are few bits to flip. */
  private static GgufWriter terse() {
    int tokens = 16;
    GgufWriter gguf = tiny();
    return gguf.put(
            "tokenizer.ggml.tokens", IntStream.range(0, tokens).mapToObj(i -> "t" + i).toList())
        .put("tokenizer.ggml.token_type", new int[tokens])
        .put("tokenizer.ggml.merges", List.of())
        .put("tokenizer.chat_template", "{{ messages[0].content }}")
        .withoutTensor("token_embd.weight")
        .tensor("token_embd.weight", TensorType.Q8_0, tokens, 64, new byte[tokens * 68]);
  }

  @Test
  void open_truncatedAnywhere_isRefused() throws IOException {
    byte[] whole = terse().build();
    int header = whole.length - dataBytes(whole);
    SplittableRandom random = new SplittableRandom(92);
    IntStream lengths =
        IntStream.concat(IntStream.range(0, header), random.ints(1000, header, whole.length));
    Path path = file(whole);
    int[] descending = lengths.map(i -> -i).sorted().map(i -> -i).toArray();
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (int length : descending) {
        channel.truncate(length);
        assertThatThrownBy(() -> ModelFiles.open(path))
            .as("%s bytes", length)
            .isInstanceOf(ModelFormatException.class);
      }
    }
  }

  @Test
  void open_anyHeaderBitFlipped_opensOrIsRefused() throws IOException {
    byte[] whole = terse().build();
    int header = whole.length - dataBytes(whole);
    Path path = file(whole);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
      for (int bit = 0; bit < 8 * header; bit++) {
        int at = bit / 8;
        writeByte(channel, at, whole[at] ^ (1 << bit % 8));
        openOrRefuse(path, bit);
        writeByte(channel, at, whole[at]);
      }
    }
  }

  private static void writeByte(FileChannel channel, long at, int value) throws IOException {
    channel.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
  }

  private static void openOrRefuse(Path path, int bit) throws IOException {
    try (LoadedModel model = ModelFiles.open(path)) {
      assertThat(model.spec().layerCount()).as("bit %s", bit).isPositive();
    } catch (ModelFormatException refused) {
      assertThat(refused).as("bit %s", bit).hasMessageStartingWith(path + ": ");
    }
  }

  /** The data section's length; it begins with the first tensor. */
  private static int dataBytes(byte[] whole) {
    try {
      Path path = Files.createTempFile("tiny", ".gguf");
      Files.write(path, whole);
      try (LoadedModel model = ModelFiles.open(path)) {
        return (int) (whole.length - model.tensor(WeightName.OUTPUT_NORM, -1).offset());
      } finally {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
