package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.engine.sampling.TokenLogprobs;
import dev.sluice.engine.stream.TokenEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Log-probabilities as chat completions spell them: one entry per token. */
record ChatLogprobs(List<Entry> content) {

  /** A token, and the likeliest ones at its place. */
  record Entry(
      String token,
      float logprob,
      List<Integer> bytes,
      @JsonProperty("top_logprobs") List<Top> top) {}

  /** One of the likeliest tokens. */
  record Top(String token, float logprob, List<Integer> bytes) {}

  /** Those of some tokens; null unless they were asked for. */
  static @Nullable ChatLogprobs of(List<TokenEvent> tokens, TokenText spelling) {
    List<Entry> content = new ArrayList<>(tokens.size());
    for (TokenEvent token : tokens) {
      TokenLogprobs logprobs = token.logprobs();
      if (logprobs == null) {
        return null;
      }
      content.add(entry(token.tokenId(), logprobs, spelling));
    }
    return new ChatLogprobs(content);
  }

  private static Entry entry(int tokenId, TokenLogprobs logprobs, TokenText spelling) {
    List<Top> top = new ArrayList<>(logprobs.topIds().length);
    for (int i = 0; i < logprobs.topIds().length; i++) {
      int id = logprobs.topIds()[i];
      top.add(
          new Top(
              spelling.text(id), TokenText.finite(logprobs.topLogprobs()[i]), spelling.bytes(id)));
    }
    return new Entry(
        spelling.text(tokenId), TokenText.finite(logprobs.logprob()), spelling.bytes(tokenId), top);
  }
}
