package dev.sluice.engine.model.family;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import dev.sluice.engine.model.DecoderSpec;
import dev.sluice.engine.model.DecoderSpec.Pairing;
import dev.sluice.engine.model.DecoderSpec.Rope;
import dev.sluice.engine.model.ModelFormatException;
import dev.sluice.engine.model.Tensor;
import dev.sluice.engine.model.TensorType;
import dev.sluice.engine.model.WeightFile;
import dev.sluice.engine.model.WeightName;
import dev.sluice.engine.model.gguf.GgufMetadata;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;

/**
 * Llama and what is built like it: RMS norms, grouped queries, SwiGLU, no biases. GGUF files hold
 * its query and key rows permuted, so that rotation pairs are interleaved.
 */
final class Llama implements ModelFamily {
  private static final double DEFAULT_ROPE_BASE = 10_000;

  @Override
  public String architecture() {
    return "llama";
  }

  @Override
  public DecoderSpec spec(GgufMetadata metadata, Map<String, Tensor> tensors, WeightFile file)
      throws IOException {
    int hidden = metadata.requireInt("llama.embedding_length", 1, 1 << 16);
    int heads = metadata.requireInt("llama.attention.head_count", 1, 1 << 10);
    int kvHeads = metadata.intOr("llama.attention.head_count_kv", 1, heads, heads);
    requireDivides("llama.attention.head_count", heads, "llama.embedding_length", hidden);
    requireDivides("llama.attention.head_count_kv", kvHeads, "llama.attention.head_count", heads);
    int headDim = metadata.intOr("llama.attention.key_length", 1, 1 << 12, hidden / heads);
    Tensor embedding = require(tensors, fileName(WeightName.TOKEN_EMBEDDING, -1));
    return new DecoderSpec(
        architecture(),
        embedding.rows(),
        hidden,
        metadata.requireInt("llama.block_count", 1, 1 << 10),
        heads,
        kvHeads,
        headDim,
        metadata.requireInt("llama.feed_forward_length", 1, 1 << 20),
        metadata.requireInt("llama.context_length", 1, 1 << 24),
        (float) metadata.requirePositive("llama.attention.layer_norm_rms_epsilon"),
        rope(metadata, headDim, tensors, file),
        (float) (1 / Math.sqrt(headDim)),
        !tensors.containsKey(fileName(WeightName.OUTPUT, -1)));
  }

  private static Rope rope(
      GgufMetadata metadata, int headDim, Map<String, Tensor> tensors, WeightFile file)
      throws IOException {
    int dimensions = metadata.intOr("llama.rope.dimension_count", 2, headDim, headDim);
    if (dimensions % 2 != 0) {
      throw new ModelFormatException(
          "'llama.rope.dimension_count' is " + dimensions + ", it is odd");
    }
    float[] divisors = new float[dimensions / 2];
    Arrays.fill(divisors, (float) linearScale(metadata));
    Tensor own = tensors.get("rope_freqs.weight");
    if (own != null) {
      read(own, divisors, file);
    }
    double base = metadata.positiveOr("llama.rope.freq_base", DEFAULT_ROPE_BASE);
    return new Rope(Pairing.INTERLEAVED, dimensions, base, divisors);
  }

  private static double linearScale(GgufMetadata metadata) {
    String key = "llama.rope.scaling.type";
    String type = metadata.findString(key).orElse("none");
    return switch (type) {
      case "none" -> 1;
      case "linear" -> metadata.requirePositive("llama.rope.scaling.factor");
      default ->
          throw new ModelFormatException(
              "'" + key + "' is '" + type + "', supported are [none, linear]");
    };
  }

  private static void read(Tensor tensor, float[] values, WeightFile file) throws IOException {
    if (tensor.type() != TensorType.F32 || tensor.columns() != values.length) {
      throw new ModelFormatException(
          "tensor '" + tensor.name() + "' must hold " + values.length + " F32 values");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(tensor.byteSize());
      file.read(tensor.offset(), bytes);
      for (int i = 0; i < values.length; i++) {
        values[i] = bytes.get(JAVA_FLOAT_UNALIGNED, 4L * i);
        if (!(values[i] > 0 && values[i] < Float.POSITIVE_INFINITY)) {
          throw new ModelFormatException(
              "tensor '" + tensor.name() + "'[" + i + "] is " + values[i] + ", it must be above 0");
        }
      }
    }
  }

  @Override
  public boolean requires(WeightName name, DecoderSpec spec) {
    return switch (name) {
      case OUTPUT -> !spec.tiedOutput();
      case TOKEN_EMBEDDING,
          OUTPUT_NORM,
          ATTENTION_NORM,
          QUERY,
          KEY,
          VALUE,
          ATTENTION_OUTPUT,
          FEED_FORWARD_NORM,
          GATE,
          UP,
          DOWN ->
          true;
      default -> false;
    };
  }

  private static Tensor require(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new ModelFormatException("tensor '" + name + "' is missing");
    }
    return tensor;
  }

  private static void requireDivides(String key, int divisor, String ofKey, int of) {
    if (of % divisor != 0) {
      throw new ModelFormatException(
          "'" + key + "' is " + divisor + ", it must divide '" + ofKey + "', " + of);
    }
  }
}
