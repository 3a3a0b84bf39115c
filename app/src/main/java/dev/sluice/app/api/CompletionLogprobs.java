package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.engine.sampling.TokenLogprobs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Log-probabilities as text completions spell them: parallel lists. */
record CompletionLogprobs(
    @JsonProperty("text_offset") List<Integer> textOffset,
    @JsonProperty("token_logprobs") List<@Nullable Float> tokenLogprobs,
    List<String> tokens,
    @JsonProperty("top_logprobs") List<@Nullable Map<String, Float>> top) {

  /** Empty lists, to be filled token by token. */
  static CompletionLogprobs empty() {
    return new CompletionLogprobs(
        new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  }

  /**
   * Adds a token.
   *
   * @param offset where its text begins, in characters
   * @param logprobs null for a prompt's first token, which nothing precedes
   * @return where the next token's text begins
   */
  int add(int tokenId, @Nullable TokenLogprobs logprobs, int offset, TokenText spelling) {
    String text = spelling.tokenizer().decode(new int[] {tokenId}, false);
    textOffset.add(offset);
    tokens.add(spelling.text(tokenId));
    tokenLogprobs.add(logprobs == null ? null : TokenText.finite(logprobs.logprob()));
    top.add(logprobs == null ? null : top(tokenId, logprobs, spelling));
    return offset + text.length();
  }

  private static Map<String, Float> top(int tokenId, TokenLogprobs logprobs, TokenText spelling) {
    Map<String, Float> top = new LinkedHashMap<>();
    top.put(spelling.text(tokenId), TokenText.finite(logprobs.logprob()));
    for (int i = 0; i < logprobs.topIds().length; i++) {
      top.putIfAbsent(
          spelling.text(logprobs.topIds()[i]), TokenText.finite(logprobs.topLogprobs()[i]));
    }
    return top;
  }
}
