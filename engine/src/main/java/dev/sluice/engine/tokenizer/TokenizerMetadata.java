package dev.sluice.engine.tokenizer;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a model file says about its tokenizer, as GGUF's {@code tokenizer.ggml.*} keys spell it.
 *
 * @param model the algorithm: {@code gpt2} is byte-level byte-pair encoding
 * @param pre the pre-tokenizer's name: {@code smollm}, {@code qwen2}, …
 * @param tokens the vocabulary by id, each in the file's own spelling ({@code Ġworld})
 * @param tokenTypes by id: 1 normal, 2 unknown, 3 control, 4 user-defined, 5 unused, 6 byte
 * @param merges the merge rules, best first, each as two tokens with a space between them
 * @param bosId the token that begins a sequence
 * @param eosIds the tokens at which the model says that it is done
 * @param addBos whether a plain-text prompt starts with {@code bosId}
 */
public record TokenizerMetadata(
    String model,
    String pre,
    List<String> tokens,
    int[] tokenTypes,
    List<String> merges,
    OptionalInt bosId,
    int[] eosIds,
    boolean addBos) {

  static final int CONTROL = 3;
  static final int USER_DEFINED = 4;
  static final int UNUSED = 5;
}
