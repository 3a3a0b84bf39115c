package dev.sluice.app.api;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A chat completion request, checked.
 *
 * @param messages as the template takes them: {@code role} and {@code content}, both strings
 * @param options what it has in common with text completions
 * @param templateVariables further variables of the template
 * @param continueFinalMessage go on with the last message instead of answering it
 */
record ChatRequest(
    List<Map<String, Object>> messages,
    GenerationOptions options,
    Map<String, Object> templateVariables,
    boolean continueFinalMessage) {

  /** Reads and checks one. */
  static ChatRequest read(Fields fields, int vocabularySize) {
    refuseEcho(fields);
    ChatTemplateFields template = ChatTemplateFields.read(fields);
    List<Map<String, Object>> messages = ChatMessages.read(fields);
    if (template.continueFinalMessage()) {
      ChatMessages.checkContinued(messages);
    }
    return new ChatRequest(
        messages,
        GenerationFields.read(fields, vocabularySize, maxTokens(fields), logprobs(fields)),
        template.variables(),
        template.continueFinalMessage());
  }

  private static void refuseEcho(Fields fields) {
    if (fields.bool("echo", false)) {
      throw ApiException.unsupported("echo", "echo is not supported in chat; remove it");
    }
  }

  /** The newer name wins, as OpenAI documents it. */
  private static OptionalInt maxTokens(Fields fields) {
    OptionalInt older = fields.integer("max_tokens", 1, Integer.MAX_VALUE);
    OptionalInt newer = fields.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
    return newer.isPresent() ? newer : older;
  }

  private static OptionalInt logprobs(Fields fields) {
    boolean wanted = fields.bool("logprobs", false);
    OptionalInt top = fields.integer("top_logprobs", 0, GenerationFields.MAX_LOGPROBS);
    if (top.orElse(0) > 0 && !wanted) {
      throw ApiException.invalid(
          "top_logprobs", "top_logprobs needs logprobs to be true; set it or remove top_logprobs");
    }
    return wanted ? OptionalInt.of(top.orElse(0)) : OptionalInt.empty();
  }
}
