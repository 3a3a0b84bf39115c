package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The whole answer to a chat completion request. */
record ChatCompletion(
    String id,
    String object,
    long created,
    String model,
    List<Choice> choices,
    @JsonProperty("service_tier") @Nullable String serviceTier,
    @JsonProperty("system_fingerprint") String systemFingerprint,
    Usage usage,
    @JsonProperty("prompt_logprobs") @Nullable Object promptLogprobs,
    @JsonProperty("prompt_token_ids") int @Nullable [] promptTokenIds) {

  static ChatCompletion of(
      AnswerHead head, List<Choice> choices, Usage usage, int @Nullable [] promptTokenIds) {
    return new ChatCompletion(
        head.id(),
        "chat.completion",
        head.created(),
        head.model(),
        choices,
        null,
        AnswerHead.FINGERPRINT,
        usage,
        null,
        promptTokenIds);
  }

  /** One of its choices. */
  record Choice(
      int index,
      Message message,
      @Nullable ChatLogprobs logprobs,
      @JsonProperty("finish_reason") String finishReason,
      @JsonProperty("stop_reason") @Nullable Object stopReason,
      @JsonProperty("token_ids") @Nullable List<Integer> tokenIds) {}

  /** The assistant's message; what it can't have here is null, as clients expect. */
  record Message(
      String role,
      String content,
      @Nullable String refusal,
      @Nullable Object annotations,
      @Nullable Object audio,
      @JsonProperty("function_call") @Nullable Object functionCall,
      @Nullable String reasoning) {

    static Message assistant(String content) {
      return new Message("assistant", content, null, null, null, null, null);
    }
  }
}
