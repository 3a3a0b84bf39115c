package dev.sluice.app.api;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Fields of OpenAI's and vLLM's interfaces that would change the output and are not supported. To
 * ignore them would be a wrong answer without a word, so they are refused, unless they ask for what
 * happens anyway.
 */
final class UnsupportedFields {
  /** Refused whatever their value. */
  private static final List<String> ANY_VALUE =
      List.of(
          "structured_outputs",
          "guided_json",
          "guided_regex",
          "guided_choice",
          "guided_grammar",
          "suffix",
          "prompt_embeds",
          "prompt_logprobs",
          "chat_template",
          "documents",
          "functions",
          "audio",
          "prediction",
          "web_search_options",
          "logits_processors",
          "logit_processors",
          "truncate_prompt_tokens",
          "allowed_token_ids",
          "bad_words",
          "logprob_token_ids",
          "thinking_token_budget",
          "repetition_detection",
          "kv_transfer_params",
          "mm_processor_kwargs",
          "media_io_kwargs",
          "vllm_xargs",
          "cache_salt");

  private UnsupportedFields() {}

  static void refuse(Fields fields) {
    for (String name : ANY_VALUE) {
      JsonNode value = fields.get(name);
      if (value != null && !(value.isContainer() && value.isEmpty())) {
        throw unsupported(fields, name);
      }
    }
    refuseUnless(fields, "use_beam_search", !fields.bool("use_beam_search", false));
    refuseUnless(fields, "best_of", bestOfIsN(fields));
    refuseUnless(fields, "length_penalty", fields.number("length_penalty", 0, 100, 1) == 1);
    refuseUnless(fields, "response_format", isPlainText(fields));
    refuseUnless(fields, "modalities", !fields.has("modalities") || isTextOnly(fields));
    refuseUnless(fields, "tools", !asksForTools(fields));
  }

  private static boolean bestOfIsN(Fields fields) {
    int n = fields.integer("n", 1, GenerationFields.MAX_CHOICES).orElse(1);
    return fields.integer("best_of", 1, GenerationFields.MAX_CHOICES).orElse(n) == n;
  }

  private static boolean isPlainText(Fields fields) {
    Fields format = fields.object("response_format");
    return format == null || "text".equals(format.string("type"));
  }

  private static boolean isTextOnly(Fields fields) {
    List<JsonNode> modalities = fields.array("modalities", 8);
    return modalities != null
        && modalities.stream().allMatch(m -> m.isString() && m.stringValue().equals("text"));
  }

  private static boolean asksForTools(Fields fields) {
    List<JsonNode> tools = fields.array("tools", 128);
    JsonNode choice = fields.get("tool_choice");
    boolean none = choice != null && choice.isString() && choice.stringValue().equals("none");
    boolean forced = choice != null && !none && !"auto".equals(choice.asString(""));
    return forced || (tools != null && !tools.isEmpty() && !none);
  }

  private static void refuseUnless(Fields fields, String name, boolean supported) {
    if (!supported) {
      throw unsupported(fields, name);
    }
  }

  private static ApiException unsupported(Fields fields, String name) {
    String param = fields.param(name);
    return ApiException.unsupported(
        param, param + " is not supported and would change the output; remove it");
  }
}
