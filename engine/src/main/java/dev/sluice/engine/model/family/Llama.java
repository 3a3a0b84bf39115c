package dev.sluice.engine.model.family;

import static dev.sluice.engine.model.ModelFormatException.quote;
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
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;

/**
 * Llama and what is built like it: RMS norms, grouped queries, SwiGLU, at most attention biases.
 * GGUF files hold its query and key rows permuted, so that rotation pairs are interleaved.
 */
final class Llama implements ModelFamily {
  private static final ValueLayout.OfFloat LITTLE_ENDIAN_FLOAT =
      JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final String ROPE_DIVISORS = "rope_freqs.weight";
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
    int headDim = headDim(metadata, hidden / heads);
    requireDense(metadata);
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

  private static int headDim(GgufMetadata metadata, int derived) {
    int keys = metadata.intOr("llama.attention.key_length", 1, 1 << 12, derived);
    int values = metadata.intOr("llama.attention.value_length", 1, 1 << 12, keys);
    if (values != keys) {
      throw new ModelFormatException(
          "'llama.attention.value_length' is " + values + ", it must be that of the keys, " + keys);
    }
    return keys;
  }

  /** Mixtral's files call themselves llama, too. */
  private static void requireDense(GgufMetadata metadata) {
    int experts = metadata.intOr("llama.expert_count", 0, 1 << 16, 0);
    if (experts > 0) {
      throw new ModelFormatException(
          "'llama.expert_count' is " + experts + ": mixtures of experts are not supported");
    }
  }

  private static Rope rope(
      GgufMetadata metadata, int headDim, Map<String, Tensor> tensors, WeightFile file)
      throws IOException {
    int dimensions = metadata.intOr("llama.rope.dimension_count", 2, headDim, headDim);
    if (dimensions % 2 != 0) {
      throw new ModelFormatException(
          "'llama.rope.dimension_count' is " + dimensions + ", it must be even");
    }
    double base = metadata.positiveOr("llama.rope.freq_base", DEFAULT_ROPE_BASE);
    float[] divisors = new float[dimensions / 2];
    Arrays.fill(divisors, 1);
    Tensor own = tensors.get(ROPE_DIVISORS);
    if (own != null) {
      read(own, divisors, file);
    }
    scale(divisors, (float) linearScale(metadata));
    return new Rope(Pairing.INTERLEAVED, dimensions, base, divisors);
  }

  private static void scale(float[] divisors, float factor) {
    for (int i = 0; i < divisors.length; i++) {
      divisors[i] *= factor;
    }
  }

  /** Files name the factor alone, or by its older name, and mean linear scaling. */
  private static double linearScale(GgufMetadata metadata) {
    String key = "llama.rope.scaling.type";
    String type = metadata.findString(key).orElse("linear");
    return switch (type) {
      case "none" -> 1;
      case "linear" ->
          metadata.positiveOr(
              "llama.rope.scaling.factor", metadata.positiveOr("llama.rope.scale_linear", 1));
      default ->
          throw new ModelFormatException(
              "'" + key + "' is " + quote(type) + ", supported are [none, linear]");
    };
  }

  private static void read(Tensor tensor, float[] values, WeightFile file) throws IOException {
    if (tensor.type() != TensorType.F32
        || tensor.rows() != 1
        || tensor.columns() != values.length) {
      throw new ModelFormatException(
          "tensor '"
              + tensor.name()
              + "' is ["
              + tensor.rows()
              + ", "
              + tensor.columns()
              + "] of "
              + tensor.type()
              + ", it must be [1, "
              + values.length
              + "] of F32");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment bytes = arena.allocate(tensor.byteSize());
      file.read(tensor.offset(), bytes);
      for (int i = 0; i < values.length; i++) {
        values[i] = bytes.get(LITTLE_ENDIAN_FLOAT, 4L * i);
        if (!(values[i] > 0 && values[i] < Float.POSITIVE_INFINITY)) {
          throw new ModelFormatException(
              "tensor '"
                  + tensor.name()
                  + "'["
                  + i
                  + "] is "
                  + values[i]
                  + ", it must be finite and above 0");
        }
      }
    }
  }

  @Override
  public WeightNeed need(WeightName name, DecoderSpec spec) {
    return switch (name) {
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
          WeightNeed.REQUIRED;
      case OUTPUT, QUERY_BIAS, KEY_BIAS, VALUE_BIAS -> WeightNeed.OPTIONAL;
      case QUERY_NORM, KEY_NORM, POST_ATTENTION_NORM, POST_FEED_FORWARD_NORM -> WeightNeed.UNKNOWN;
    };
  }

  @Override
  public Set<String> specTensors() {
    return Set.of(ROPE_DIVISORS);
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
