package dev.sluice.engine.model.gguf;

import static dev.sluice.engine.model.ModelFormatException.quote;

import dev.sluice.engine.model.DecoderSpec;
import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.LoadedModel.WeightKey;
import dev.sluice.engine.model.ModelFormatException;
import dev.sluice.engine.model.Tensor;
import dev.sluice.engine.model.WeightFile;
import dev.sluice.engine.model.WeightName;
import dev.sluice.engine.model.WeightShape;
import dev.sluice.engine.model.family.ModelFamilies;
import dev.sluice.engine.model.family.ModelFamily;
import dev.sluice.engine.model.family.WeightNeed;
import dev.sluice.engine.template.ChatTemplate;
import dev.sluice.engine.template.TemplateException;
import dev.sluice.engine.tokenizer.Tokenizer;
import dev.sluice.engine.tokenizer.TokenizerMetadata;
import dev.sluice.engine.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a {@link LoadedModel} of a GGUF file: family, tokenizer, template and weights' places. */
public final class GgufModel {
  private static final int MAX_TEMPLATE_BYTES = 256 << 10;
  private static final int MAX_VOCABULARY = 4 << 20;

  private GgufModel() {}

  /** Whether a file that begins with these bytes is meant to be GGUF. */
  public static boolean isGguf(byte[] head) {
    return head.length >= Integer.BYTES
        && ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN).getInt() == GgufReader.MAGIC;
  }

  /**
   * Reads and checks the header.
   *
   * @throws ModelFormatException if anything in it is not as it must be
   */
  public static LoadedModel open(FileChannel channel, WeightFile file) throws IOException {
    GgufHeader header = new GgufReader(channel, file.byteSize()).read();
    GgufMetadata metadata = header.metadata();
    ModelFamily family =
        ModelFamilies.byArchitecture(metadata.requireString("general.architecture"));
    Tokenizer tokenizer = tokenizer(metadata);
    DecoderSpec spec = family.spec(metadata, header.tensors(), file);
    if (spec.vocabularySize() != tokenizer.vocabularySize()) {
      throw new ModelFormatException(
          "'tokenizer.ggml.tokens' has "
              + tokenizer.vocabularySize()
              + " entries, but '"
              + family.fileName(WeightName.TOKEN_EMBEDDING, -1)
              + "' has "
              + spec.vocabularySize()
              + " rows");
    }
    return new LoadedModel(
        spec, tokenizer, chatTemplate(metadata, tokenizer), weights(family, spec, header), file);
  }

  private static Map<WeightKey, Tensor> weights(
      ModelFamily family, DecoderSpec spec, GgufHeader header) {
    Map<WeightKey, Tensor> weights = new HashMap<>();
    Set<String> unused = new LinkedHashSet<>(header.tensors().keySet());
    unused.removeAll(family.specTensors());
    for (WeightKey key : keys(spec)) {
      String fileName = family.fileName(key.name(), key.layer());
      WeightNeed need = family.need(key.name(), spec);
      Tensor tensor = header.tensors().get(fileName);
      if (tensor != null && need != WeightNeed.UNKNOWN) {
        check(tensor, WeightShape.of(key.name(), spec));
        weights.put(key, tensor);
        unused.remove(fileName);
      } else if (need == WeightNeed.REQUIRED) {
        throw new ModelFormatException("tensor '" + fileName + "' is missing");
      }
    }
    requireEmpty(unused, family);
    return weights;
  }

  private static List<WeightKey> keys(DecoderSpec spec) {
    List<WeightKey> keys = new ArrayList<>();
    for (WeightName name : WeightName.values()) {
      if (name.isPerLayer()) {
        IntStream.range(0, spec.layerCount()).forEach(i -> keys.add(new WeightKey(name, i)));
      } else {
        keys.add(new WeightKey(name, -1));
      }
    }
    return keys;
  }

  /**
   * A weight that is left out makes another model of it, which talks nonsense without saying so.
   */
  private static void requireEmpty(Set<String> unused, ModelFamily family) {
    if (!unused.isEmpty()) {
      throw new ModelFormatException(
          "tensor "
              + quote(unused.iterator().next())
              + " is not known to belong to a '"
              + family.architecture()
              + "' model of this size; the file has "
              + unused.size()
              + " such tensors");
    }
  }

  private static void check(Tensor tensor, WeightShape shape) {
    if (tensor.rows() != shape.rows() || tensor.columns() != shape.columns()) {
      throw new ModelFormatException(
          "tensor '"
              + tensor.name()
              + "' has shape ["
              + tensor.rows()
              + ", "
              + tensor.columns()
              + "], the model's metadata ask for ["
              + shape.rows()
              + ", "
              + shape.columns()
              + "]");
    }
    if (shape.rows() == 1 && tensor.type().blockValues() > 1) {
      throw new ModelFormatException(
          "tensor '" + tensor.name() + "' is a vector of " + tensor.type() + ", not of floats");
    }
  }

  private static Tokenizer tokenizer(GgufMetadata metadata) {
    List<String> tokens = metadata.requireStrings("tokenizer.ggml.tokens");
    if (tokens.isEmpty() || tokens.size() > MAX_VOCABULARY) {
      throw new ModelFormatException(
          "'tokenizer.ggml.tokens' has "
              + tokens.size()
              + " entries, allowed are 1 to "
              + MAX_VOCABULARY);
    }
    int last = tokens.size() - 1;
    metadata.requireLengthIfPresent("tokenizer.ggml.scores", tokens.size());
    metadata.findInt("tokenizer.ggml.padding_token_id", 0, last);
    metadata.findInt("tokenizer.ggml.unknown_token_id", 0, last);
    String model = metadata.requireString("tokenizer.ggml.model");
    try {
      return Tokenizers.fromMetadata(
          new TokenizerMetadata(
              model,
              metadata.findString("tokenizer.ggml.pre").orElse("default"),
              tokens,
              tokenTypes(metadata, tokens.size()),
              merges(metadata, model),
              metadata.findInt("tokenizer.ggml.bos_token_id", 0, last),
              endTokens(metadata, last),
              metadata.booleanOr("tokenizer.ggml.add_bos_token", false)));
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("the tokenizer is refused: " + e.getMessage(), e);
    }
  }

  /** Only byte-pair encoding has merges; other models must not be refused for the lack of them. */
  private static List<String> merges(GgufMetadata metadata, String model) {
    String key = "tokenizer.ggml.merges";
    return model.equals("gpt2") || metadata.contains(key)
        ? metadata.requireStrings(key)
        : List.of();
  }

  private static int[] tokenTypes(GgufMetadata metadata, int tokens) {
    String key = "tokenizer.ggml.token_type";
    int[] types = metadata.requireInts(key);
    if (types.length != tokens) {
      throw new ModelFormatException(
          "'" + key + "' has " + types.length + " entries, 'tokenizer.ggml.tokens' has " + tokens);
    }
    return types;
  }

  private static int[] endTokens(GgufMetadata metadata, int last) {
    return Stream.of("eos", "eot", "eom")
        .map(name -> metadata.findInt("tokenizer.ggml." + name + "_token_id", 0, last))
        .flatMapToInt(OptionalInt::stream)
        .distinct()
        .toArray();
  }

  private static @Nullable ChatTemplate chatTemplate(GgufMetadata metadata, Tokenizer tokenizer) {
    String key = "tokenizer.chat_template";
    String source = metadata.findString(key).orElse(null);
    if (source == null) {
      return null;
    }
    int bytes = source.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_TEMPLATE_BYTES) {
      throw new ModelFormatException(
          "'" + key + "' has " + bytes + " bytes, the limit is " + MAX_TEMPLATE_BYTES);
    }
    try {
      return ChatTemplate.compile(source, templateConstants(tokenizer));
    } catch (TemplateException e) {
      throw new ModelFormatException("'" + key + "' is refused: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> templateConstants(Tokenizer tokenizer) {
    IntStream end = Arrays.stream(tokenizer.eosIds()).limit(1);
    return Map.of(
        "bos_token", tokenizer.bosId().stream().mapToObj(tokenizer::piece).findFirst().orElse(""),
        "eos_token", end.mapToObj(tokenizer::piece).findFirst().orElse(""));
  }
}
