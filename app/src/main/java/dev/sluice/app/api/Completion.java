package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a text completion request. */
record Completion(
    String id,
    String object,
    long created,
    String model,
    List<Choice> choices,
    @JsonProperty("system_fingerprint") String systemFingerprint,
    Usage usage) {

  static Completion of(AnswerHead head, List<Choice> choices, Usage usage) {
    return new Completion(
        head.id(),
        "text_completion",
        head.created(),
        head.model(),
        choices,
        AnswerHead.FINGERPRINT,
        usage);
  }

  /** One choice, or what a chunk adds to it. */
  record Choice(
      int index,
      String text,
      @Nullable CompletionLogprobs logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason,
      @JsonProperty("stop_reason") @Nullable Object stopReason,
      @JsonProperty("token_ids") @Nullable List<Integer> tokenIds,
      @JsonProperty("prompt_token_ids") int @Nullable [] promptTokenIds) {}
}
