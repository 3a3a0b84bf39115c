package dev.sluice.app.api;

import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A text completion request, checked.
 *
 * @param prompts at least one
 * @param options what it has in common with chat completions
 * @param echo begin the answer with the prompt
 * @param addSpecialTokens begin a text prompt with the model's begin token, if it wants one
 */
record CompletionRequest(
    List<Prompt> prompts, GenerationOptions options, boolean echo, boolean addSpecialTokens) {
  private static final int MAX_PROMPTS = 1024;
  private static final int MAX_PROMPT_TOKENS = 1 << 20;

  /** Either text or token ids. */
  sealed interface Prompt {
    /** Text, still to be tokenised. */
    record Text(String text) implements Prompt {}

    /** Token ids, each inside the vocabulary. */
    record Tokens(int[] ids) implements Prompt {}
  }

  /** Reads and checks one. */
  static CompletionRequest read(Fields fields, int vocabularySize) {
    List<Prompt> prompts = prompts(fields, vocabularySize);
    boolean echo = fields.bool("echo", false);
    boolean addSpecialTokens = fields.bool("add_special_tokens", true);
    return new CompletionRequest(
        prompts,
        GenerationFields.read(
            fields,
            vocabularySize,
            fields.integer("max_tokens", 1, Integer.MAX_VALUE),
            fields.integer("logprobs", 0, GenerationFields.MAX_LOGPROBS)),
        echo,
        addSpecialTokens);
  }

  /** How many likeliest tokens to report at each prompt token. */
  OptionalInt promptLogprobs() {
    return echo ? options.sampling().logprobs() : OptionalInt.empty();
  }

  private static List<Prompt> prompts(Fields fields, int vocabularySize) {
    JsonNode prompt = fields.get("prompt");
    if (prompt == null) {
      throw ApiException.invalid("prompt", "prompt is missing");
    }
    if (prompt.isString()) {
      return List.of(text(prompt));
    }
    List<JsonNode> elements = Fields.array("prompt", prompt, MAX_PROMPT_TOKENS);
    if (elements.isEmpty()) {
      throw empty();
    }
    if (elements.getFirst().isNumber()) {
      return List.of(tokens(elements, vocabularySize));
    }
    checkCount(elements.size());
    return elements.stream().map(element -> element(element, vocabularySize)).toList();
  }

  private static void checkCount(int count) {
    if (count > MAX_PROMPTS) {
      throw ApiException.invalid(
          "prompt", "prompt has " + count + " prompts, the limit is " + MAX_PROMPTS);
    }
  }

  private static Prompt element(@Nullable JsonNode element, int vocabularySize) {
    if (element != null && element.isString()) {
      return text(element);
    }
    if (element == null || !element.isArray()) {
      throw ApiException.invalid(
          "prompt", "prompt must be a string, an array of strings, or token ids");
    }
    return tokens(Fields.array("prompt", element, MAX_PROMPT_TOKENS), vocabularySize);
  }

  private static Prompt text(JsonNode node) {
    if (node.stringValue().isEmpty()) {
      throw empty();
    }
    return new Prompt.Text(node.stringValue());
  }

  private static Prompt tokens(List<JsonNode> ids, int vocabularySize) {
    if (ids.isEmpty()) {
      throw empty();
    }
    return new Prompt.Tokens(GenerationFields.tokenIds("prompt", ids, vocabularySize));
  }

  private static ApiException empty() {
    return ApiException.invalid("prompt", "prompt is empty; it must hold at least one token");
  }
}
