package dev.sluice.app.api;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a chat request that steer its template.
 *
 * @param variables {@code add_generation_prompt} and those of {@code chat_template_kwargs} that are
 *     allowed: plain switches, since a template is code and this is its input
 * @param continueFinalMessage go on with the last message instead of answering it
 */
record ChatTemplateFields(Map<String, Object> variables, boolean continueFinalMessage) {
  private static final List<String> ALLOWED_SWITCHES =
      List.of("enable_thinking", "thinking", "preserve_thinking");

  static ChatTemplateFields read(Fields fields) {
    boolean continued = fields.bool("continue_final_message", false);
    boolean addPrompt = fields.bool("add_generation_prompt", !continued);
    if (continued && addPrompt) {
      throw ApiException.invalid(
          "continue_final_message",
          "continue_final_message and add_generation_prompt exclude each other; set one");
    }
    if (fields.bool("add_special_tokens", false)) {
      throw ApiException.unsupported(
          "add_special_tokens", "add_special_tokens is not supported in chat; remove it");
    }
    fields.ignore("include_reasoning", "reasoning_effort");
    Map<String, Object> variables = new HashMap<>();
    variables.put("add_generation_prompt", addPrompt);
    addSwitches(fields, variables);
    return new ChatTemplateFields(variables, continued);
  }

  private static void addSwitches(Fields fields, Map<String, Object> variables) {
    JsonNode kwargs = fields.get("chat_template_kwargs");
    if (kwargs == null) {
      return;
    }
    Fields switches = Fields.object("chat_template_kwargs", kwargs);
    for (String name : kwargs.propertyNames()) {
      if (!ALLOWED_SWITCHES.contains(name)) {
        throw ApiException.unsupported(
            "chat_template_kwargs",
            "chat_template_kwargs has "
                + Fields.printable(name, 64)
                + ", but only these are allowed: "
                + ALLOWED_SWITCHES);
      }
      if (switches.has(name)) {
        variables.put(name, switches.bool(name, false));
      }
    }
  }
}
