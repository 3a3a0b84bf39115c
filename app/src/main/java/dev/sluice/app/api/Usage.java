package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** What a request cost, in tokens. */
record Usage(
    @JsonProperty("prompt_tokens") int promptTokens,
    @JsonProperty("total_tokens") int totalTokens,
    @JsonProperty("completion_tokens") int completionTokens,
    @JsonProperty("prompt_tokens_details") PromptDetails promptDetails,
    @JsonProperty("completion_tokens_details") @Nullable Object completionDetails) {

  static Usage of(int promptTokens, int cachedTokens, int completionTokens) {
    return new Usage(
        promptTokens,
        promptTokens + completionTokens,
        completionTokens,
        new PromptDetails(cachedTokens),
        null);
  }

  /** How many of the prompt's tokens were found in the prefix cache. */
  record PromptDetails(@JsonProperty("cached_tokens") int cachedTokens) {}
}
