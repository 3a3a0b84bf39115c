package dev.sluice.app.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Reads a conversation: known roles, and content that is text. */
final class ChatMessages {
  private static final int MAX_MESSAGES = 4096;
  private static final int MAX_PARTS = 4096;
  private static final List<String> ROLES = List.of("system", "developer", "user", "assistant");

  private ChatMessages() {}

  static List<Map<String, Object>> read(Fields fields) {
    List<JsonNode> nodes = fields.array("messages", MAX_MESSAGES);
    if (nodes == null || nodes.isEmpty()) {
      throw ApiException.invalid("messages", "messages must hold at least one message");
    }
    List<Map<String, Object>> messages = new ArrayList<>(nodes.size());
    for (int i = 0; i < nodes.size(); i++) {
      messages.add(message(Fields.object("messages[" + i + "]", nodes.get(i))));
    }
    return messages;
  }

  /** Refuses to continue what isn't a beginning. */
  static void checkContinued(List<Map<String, Object>> messages) {
    if ("".equals(messages.getLast().get("content"))) {
      throw ApiException.invalid(
          "continue_final_message", "the last message is empty, so it can't be continued");
    }
  }

  private static Map<String, Object> message(Fields fields) {
    for (String name : List.of("tool_calls", "function_call", "audio")) {
      JsonNode value = fields.get(name);
      if (value != null && !value.isEmpty()) {
        throw ApiException.unsupported(
            fields.param(name), fields.param(name) + " is not supported; remove it");
      }
    }
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role(fields));
    message.put("content", content(fields));
    return message;
  }

  private static String role(Fields fields) {
    String role = fields.string("role");
    if ("tool".equals(role) || "function".equals(role)) {
      throw ApiException.unsupported(
          fields.param("role"), "tool results are not supported; remove the message");
    }
    if (role == null || !ROLES.contains(role)) {
      throw ApiException.invalid(
          fields.param("role"), fields.param("role") + " must be one of " + ROLES);
    }
    return role.equals("developer") ? "system" : role; // OpenAI's newer name for the same
  }

  private static String content(Fields fields) {
    JsonNode content = fields.get("content");
    if (content == null) {
      throw ApiException.invalid(
          fields.param("content"), fields.param("content") + " is missing; it must be text");
    }
    if (!content.isArray()) {
      return Fields.string(fields.param("content"), content);
    }
    return Fields.array(fields.param("content"), content, MAX_PARTS).stream()
        .map(part -> partText(fields.param("content"), part))
        .collect(Collectors.joining("\n"));
  }

  private static String partText(String param, JsonNode node) {
    Fields part = Fields.object(param, node);
    if (!"text".equals(part.string("type"))) {
      throw ApiException.unsupported(
          param, "only parts of type text are supported; the model reads nothing else");
    }
    String text = part.string("text");
    if (text == null) {
      throw ApiException.invalid(param, "a part of type text must have a text");
    }
    return text;
  }
}
