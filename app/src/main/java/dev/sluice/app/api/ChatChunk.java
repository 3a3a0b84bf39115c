package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One event of a streamed chat completion. */
record ChatChunk(
    String id,
    String object,
    long created,
    String model,
    List<Choice> choices,
    @JsonInclude(Include.NON_NULL) @Nullable Usage usage,
    @JsonProperty("system_fingerprint") @JsonInclude(Include.NON_NULL)
        @Nullable String systemFingerprint,
    @JsonProperty("prompt_token_ids") @JsonInclude(Include.NON_NULL)
        int @Nullable [] promptTokenIds) {

  static ChatChunk of(
      AnswerHead head,
      List<Choice> choices,
      @Nullable Usage usage,
      boolean last,
      int @Nullable [] promptTokenIds) {
    return new ChatChunk(
        head.id(),
        "chat.completion.chunk",
        head.created(),
        head.model(),
        choices,
        usage,
        last ? AnswerHead.FINGERPRINT : null,
        promptTokenIds);
  }

  /** What one choice adds. */
  record Choice(
      int index,
      Delta delta,
      @Nullable ChatLogprobs logprobs,
      @JsonProperty("finish_reason") @Nullable String finishReason,
      @JsonProperty("stop_reason") @JsonInclude(Include.NON_NULL) @Nullable Object stopReason,
      @JsonProperty("token_ids") @JsonInclude(Include.NON_NULL) @Nullable List<Integer> tokenIds) {}

  /** Further text; the role comes once, first. */
  record Delta(@JsonInclude(Include.NON_NULL) @Nullable String role, String content) {}
}
