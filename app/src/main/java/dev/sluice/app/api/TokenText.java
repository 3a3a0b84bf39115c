package dev.sluice.app.api;

import dev.sluice.engine.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;

/**
 * Spells single tokens for log-probabilities.
 *
 * @param asIds spell them {@code token_id:7}, which is unambiguous where text isn't
 */
record TokenText(Tokenizer tokenizer, boolean asIds) {

  String text(int tokenId) {
    return asIds ? "token_id:" + tokenId : tokenizer.decode(new int[] {tokenId}, false);
  }

  List<Integer> bytes(int tokenId) {
    byte[] bytes = tokenizer.bytes(tokenId);
    Integer[] unsigned = new Integer[bytes.length];
    Arrays.setAll(unsigned, i -> Byte.toUnsignedInt(bytes[i]));
    return List.of(unsigned);
  }

  /** JSON has no infinity; OpenAI writes this instead. */
  static float finite(float logprob) {
    return Math.max(logprob, -9999f);
  }
}
