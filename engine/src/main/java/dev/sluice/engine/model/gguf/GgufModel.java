package dev.sluice.engine.model.gguf;

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
import dev.sluice.engine.template.ChatTemplate;
import dev.sluice.engine.template.TemplateException;
import dev.sluice.engine.tokenizer.Tokenizer;
import dev.sluice.engine.tokenizer.TokenizerMetadata;
import dev.sluice.engine.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes a {@link LoadedModel} of a GGUF file: family, tokenizer, template and weights' places. */
public final class GgufModel {
  private static final int MAX_TEMPLATE_CHARS = 256 << 10;
  private static final int MAX_VOCABULARY = 4 << 20;

  private GgufModel() {}

  /** Whether a file that begins with these four bytes, little-endian, is meant to be GGUF. */
  public static boolean isGguf(int magic) {
    return magic == GgufReader.MAGIC;
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
    for (WeightName name : WeightName.values()) {
      int layers = name.isPerLayer() ? spec.layerCount() : 1;
      for (int i = 0; i < layers; i++) {
        int layer = name.isPerLayer() ? i : -1;
        Tensor tensor = header.tensors().get(family.fileName(name, layer));
        if (tensor != null) {
          checkShape(tensor, name, spec);
          weights.put(new WeightKey(name, layer), tensor);
        } else if (family.requires(name, spec)) {
          throw new ModelFormatException(
              "tensor '" + family.fileName(name, layer) + "' is missing");
        }
      }
    }
    return weights;
  }

  private static void checkShape(Tensor tensor, WeightName name, DecoderSpec spec) {
    WeightShape shape = WeightShape.of(name, spec);
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
    try {
      return Tokenizers.fromMetadata(
          new TokenizerMetadata(
              metadata.requireString("tokenizer.ggml.model"),
              metadata.findString("tokenizer.ggml.pre").orElse("default"),
              tokens,
              tokenTypes(metadata, tokens.size()),
              metadata.requireStrings("tokenizer.ggml.merges"),
              metadata.findInt("tokenizer.ggml.bos_token_id", 0, last),
              endTokens(metadata, last),
              metadata.booleanOr("tokenizer.ggml.add_bos_token", false)));
    } catch (IllegalArgumentException e) {
      throw new ModelFormatException("the tokenizer is refused: " + e.getMessage(), e);
    }
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
    if (source.length() > MAX_TEMPLATE_CHARS) {
      throw new ModelFormatException(
          "'"
              + key
              + "' has "
              + source.length()
              + " characters, the limit is "
              + MAX_TEMPLATE_CHARS);
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
