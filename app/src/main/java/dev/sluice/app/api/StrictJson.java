package dev.sluice.app.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads a request body as one JSON object and refuses what lenient readers let through: other
 * encodings than UTF-8, duplicate keys, trailing text, deep nesting, halves of surrogate pairs.
 */
final class StrictJson {
  static final int MAX_DEPTH = 64;
  private static final int MAX_TOKENS = 2_000_000;
  private static final int MAX_NUMBER_LENGTH = 64;
  private static final int MAX_NAME_LENGTH = 1024;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxTokenCount(MAX_TOKENS)
                          .maxNumberLength(MAX_NUMBER_LENGTH)
                          .maxNameLength(MAX_NAME_LENGTH)
                          .build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private StrictJson() {}

  /** The object that the body is; 400 if it isn't one. */
  static ObjectNode parse(byte[] body) {
    String text = decode(body);
    JsonNode node = read(text);
    if (!(node instanceof ObjectNode object)) {
      throw ApiException.invalidJson("the request body must be a JSON object");
    }
    if (text.contains("\\u")) { // the only way to write half a surrogate pair in valid UTF-8
      refuseLoneSurrogates(object);
    }
    return object;
  }

  private static String decode(byte[] body) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException _) {
      throw ApiException.invalidJson("the request body is not valid UTF-8");
    }
  }

  private static JsonNode read(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (StreamConstraintsException e) {
      throw ApiException.invalidJson(
          "the request body exceeds a limit of this server: " + e.getOriginalMessage());
    } catch (JacksonException e) {
      throw ApiException.invalidJson("the request body is not valid JSON" + place(e));
    }
  }

  private static String place(JacksonException e) {
    return e.getLocation() == null
        ? ""
        : ", line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr();
  }

  private static void refuseLoneSurrogates(JsonNode node) {
    if (node.isString()) {
      refuseLoneSurrogates(node.stringValue());
    } else if (node instanceof ObjectNode object) {
      object.propertyNames().forEach(StrictJson::refuseLoneSurrogates);
    }
    node.values().forEach(StrictJson::refuseLoneSurrogates);
  }

  private static void refuseLoneSurrogates(String text) {
    if (text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)) {
      throw ApiException.of(
          HttpStatus.BAD_REQUEST,
          "invalid_unicode",
          "a string holds half a surrogate pair, which is not a character");
    }
  }
}
