package dev.sluice.engine.model;

/**
 * The shape and arithmetic of a decoder-only transformer: all that a backend needs to run a model
 * family, as data.
 *
 * @param architecture the family's name in model files, as {@code llama}
 * @param vocabularySize rows of the embedding
 * @param hiddenSize width of the residual stream
 * @param layerCount decoder layers
 * @param headCount query heads
 * @param kvHeadCount key and value heads; divides {@code headCount}
 * @param headDim width of a head
 * @param intermediateSize width of the feed-forward layer
 * @param contextLength longest context the model was trained for, in tokens
 * @param normEpsilon added to the mean square before its root
 * @param rope rotary position embedding
 * @param attentionScale factor on query·key
 * @param tiedOutput the head is the embedding
 */
public record DecoderSpec(
    String architecture,
    int vocabularySize,
    int hiddenSize,
    int layerCount,
    int headCount,
    int kvHeadCount,
    int headDim,
    int intermediateSize,
    int contextLength,
    float normEpsilon,
    Rope rope,
    float attentionScale,
    boolean tiedOutput) {

  /**
   * Rotary position embedding (Su et al., arXiv 2104.09864).
   *
   * @param pairing which two elements of a head rotate together
   * @param dimensions how many elements of a head rotate; even
   * @param base of the geometric series of frequencies
   * @param frequencyDivisors one divisor per pair, for scaled variants; all 1 if unscaled
   */
  public record Rope(Pairing pairing, int dimensions, double base, float[] frequencyDivisors) {}

  /** Which two elements of a head rotate together. */
  public enum Pairing {
    /** (2i, 2i + 1), as in GGUF files of the llama family. */
    INTERLEAVED,
    /** (i, i + dimensions / 2), as in Hugging Face weights. */
    HALF_SPLIT
  }
}
