package dev.sluice.engine.model;

import dev.sluice.engine.template.ChatTemplate;
import dev.sluice.engine.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model file that was opened and checked whole: what the model is, how it spells text, and where
 * its weights lie. The weights themselves are read by a backend.
 */
public final class LoadedModel implements AutoCloseable {
  private final DecoderSpec spec;
  private final Tokenizer tokenizer;
  private final @Nullable ChatTemplate chatTemplate;
  private final Map<WeightKey, Tensor> tensors;
  private final WeightFile file;

  /** A weight's canonical name; {@code layer} is -1 for those that are not per layer. */
  public record WeightKey(WeightName name, int layer) {}

  public LoadedModel(
      DecoderSpec spec,
      Tokenizer tokenizer,
      @Nullable ChatTemplate chatTemplate,
      Map<WeightKey, Tensor> tensors,
      WeightFile file) {
    this.spec = spec;
    this.tokenizer = tokenizer;
    this.chatTemplate = chatTemplate;
    this.tensors = Map.copyOf(tensors);
    this.file = file;
  }

  public DecoderSpec spec() {
    return spec;
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The model's own chat template; null if the file has none. */
  public @Nullable ChatTemplate chatTemplate() {
    return chatTemplate;
  }

  /**
   * A weight that the family requires; its presence and shape were checked when the file opened.
   */
  public Tensor tensor(WeightName name, int layer) {
    Tensor tensor = findTensor(name, layer);
    if (tensor == null) {
      throw new IllegalArgumentException("the model has no weight " + name + " in layer " + layer);
    }
    return tensor;
  }

  /** An optional weight, such as a bias; null if the model has none. */
  public @Nullable Tensor findTensor(WeightName name, int layer) {
    return tensors.get(new WeightKey(name, name.isPerLayer() ? layer : -1));
  }

  public WeightFile file() {
    return file;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
