package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One event of a streamed text completion. */
record CompletionChunk(
    String id,
    String object,
    long created,
    String model,
    List<Completion.Choice> choices,
    @JsonInclude(Include.NON_NULL) @Nullable Usage usage,
    @JsonProperty("system_fingerprint") @JsonInclude(Include.NON_NULL)
        @Nullable String systemFingerprint) {

  /** The fingerprint closes a stream: it stands on the last event only. */
  static CompletionChunk of(
      AnswerHead head, List<Completion.Choice> choices, @Nullable Usage usage, boolean last) {
    return new CompletionChunk(
        head.id(),
        "text_completion",
        head.created(),
        head.model(),
        choices,
        usage,
        last ? AnswerHead.FINGERPRINT : null);
  }
}
