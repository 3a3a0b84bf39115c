package dev.sluice.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.sluice.engine.model.DecoderSpec.Pairing;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A real file: its figures as the Python package gguf reads them. */
class SmolLm2FileTest {
  private static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";

  private static LoadedModel open() throws IOException {
    Path home = Path.of(System.getProperty("user.home"), ".cache", "sluice");
    String set = System.getenv().getOrDefault("SLUICE_HOME", "");
    return ModelFiles.open(
        Stream.of(set.isEmpty() ? home : Path.of(set), home)
            .map(folder -> folder.resolve("models").resolve(FILE))
            .filter(Files::exists)
            .findFirst()
            .orElseGet(() -> abort("no " + FILE + "; run ./sluice pull smollm2-135m")));
  }

  @Test
  void open_smolLm2_readsItsSpec() throws IOException {
    try (LoadedModel model = open()) {
      DecoderSpec spec = model.spec();
      assertThat(spec)
          .usingRecursiveComparison()
          .ignoringFields("rope")
          .isEqualTo(
              new DecoderSpec(
                  "llama", 49152, 576, 30, 9, 3, 64, 1536, 8192, 1e-5f, spec.rope(), 0.125f, true));
      assertThat(spec.rope().pairing()).isEqualTo(Pairing.INTERLEAVED);
      assertThat(spec.rope().dimensions()).isEqualTo(64);
      assertThat(spec.rope().base()).isEqualTo(100_000);
      assertThat(spec.rope().frequencyDivisors()).hasSize(32).containsOnly(1f);
      assertThat(model.tokenizer().eosIds()).containsExactly(2);
      assertThat(model.chatTemplate()).isNotNull();
    }
  }

  @Test
  void open_smolLm2_placesItsTensors() throws IOException {
    try (LoadedModel model = open()) {
      assertThat(model.tensor(WeightName.TOKEN_EMBEDDING, -1).offset()).isEqualTo(1_785_664);
      assertThat(model.tensor(WeightName.DOWN, 0))
          .isEqualTo(
              new Tensor("blk.0.ffn_down.weight", TensorType.Q4_1, 576, 1536, 31_868_992, 552_960));
      assertThat(model.tensor(WeightName.OUTPUT_NORM, -1).offset()).isEqualTo(98_360_128);
    }
  }

  @Test
  void dequantize_lastDownProjection_hasTheReferencesDigest() throws Exception {
    try (LoadedModel model = open()) {
      Tensor tensor = model.tensor(WeightName.DOWN, 29);
      MemorySegment blocks = MemorySegment.ofArray(new byte[Math.toIntExact(tensor.byteSize())]);
      model.file().read(tensor.offset(), blocks);
      float[] values = new float[tensor.rows() * tensor.columns()];
      Dequantizer.dequantize(tensor.type(), blocks, 0, values, 0, values.length);

      ByteBuffer bytes =
          ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes.array());
      assertThat(HexFormat.of().formatHex(digest))
          .isEqualTo("c19605745425a11e704e305ce3d27b632c406195d39eb3377e9cfb140ac643d1");
    }
  }
}
