package dev.sluice.engine.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Templates and what Hugging Face's renderer makes of them; {@code templates/generate.py} writes
 * them.
 */
final class ReferenceCases {
  private static final JsonNode ROOT =
      JsonMapper.shared().readTree(resource("templates/cases.json"));

  /** A rendering: {@code expected} text, or else the {@code error} that the reference raises. */
  record Case(
      String name,
      String template,
      List<Map<String, Object>> messages,
      Map<String, Object> variables,
      @Nullable String expected,
      @Nullable String error) {

    @Override
    public String toString() {
      return name;
    }
  }

  private ReferenceCases() {}

  static Map<String, Object> constants() {
    return map(ROOT.get("constants"));
  }

  static Stream<Case> small() {
    return ROOT.get("small")
        .valueStream()
        .map(node -> {
          String template = node.get("template").asString();
          return new Case(
              template,
              template,
              messages(ROOT.get("messages")),
              map(ROOT.get("data")),
              text(node, "expected"),
              text(node, "error"));
        });
  }

  static Stream<Case> styles() {
    return ROOT.get("styles")
        .valueStream()
        .map(node ->
            new Case(
                node.get("name").asString(),
                resource("templates/" + node.get("file").asString()),
                messages(node.get("messages")),
                map(node.get("variables")),
                text(node, "expected"),
                text(node, "error")));
  }

  static String resource(String path) {
    try (InputStream in = ReferenceCases.class.getResourceAsStream("/" + path)) {
      return new String(Objects.requireNonNull(in, path).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<Map<String, Object>> messages(JsonNode node) {
    return JsonMapper.shared().convertValue(node, new TypeReference<>() {});
  }

  private static Map<String, Object> map(JsonNode node) {
    return JsonMapper.shared().convertValue(node, new TypeReference<>() {});
  }

  private static @Nullable String text(JsonNode node, String name) {
    return node.has(name) ? node.get(name).asString() : null;
  }
}
