package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a text completion request, or one event of it if it is streamed. */
record Completion(
    String id,
    String object,
    long created,
    String model,
    List<Choice> choices,
    @JsonInclude(Include.NON_NULL) @Nullable Usage usage,
    @JsonProperty("system_fingerprint") @JsonInclude(Include.NON_NULL)
        @Nullable String systemFingerprint) {

  static Completion of(AnswerHead head, List<Choice> choices, @Nullable Usage usage, boolean last) {
    return new Completion(
        head.id(),
        "text_completion",
        head.created(),
        head.model(),
        choices,
        usage,
        last ? AnswerHead.FINGERPRINT : null);
  }

  /** One choice, or what it adds. */
  record Choice(
      int index,
      String text,
      @Nullable CompletionLogprobs logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason,
      @JsonProperty("stop_reason") @Nullable Object stopReason,
      @JsonProperty("token_ids") @Nullable List<Integer> tokenIds,
      @JsonProperty("prompt_token_ids") int @Nullable [] promptTokenIds) {}
}
