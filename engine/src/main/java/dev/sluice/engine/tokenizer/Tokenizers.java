package dev.sluice.engine.tokenizer;

/** Makes the tokenizer that a model file describes. */
public final class Tokenizers {

  private Tokenizers() {}

  /**
   * Makes a tokenizer.
   *
   * @throws IllegalArgumentException if the algorithm or the pre-tokenizer isn't one of those
   *     implemented, or if the vocabulary contradicts itself
   */
  public static Tokenizer fromMetadata(TokenizerMetadata metadata) {
    if (!metadata.model().equals("gpt2")) {
      throw new IllegalArgumentException(
          "tokenizer model '"
              + metadata.model()
              + "' is not supported; supported: gpt2 (byte-level byte-pair encoding)");
    }
    return new BytePairTokenizer(metadata);
  }
}
