package dev.sluice.app.api;

import dev.sluice.app.stream.CreditGate;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.socket.CloseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a client says over a socket, checked as far as that goes without knowing its streams. */
public sealed interface ClientFrame {
  /** Room for a UUID and more; ids are repeated on every token. */
  int MAX_ID_LENGTH = 64;

  /**
   * Starts a stream.
   *
   * @param resumable keep it for a while if the connection breaks
   */
  record Generate(String id, ObjectNode request, int credit, boolean resumable)
      implements ClientFrame {}

  /**
   * Goes on with a stream of an earlier connection.
   *
   * @param stream as the server named it
   * @param after the last token that arrived; -1 for none
   */
  record Resume(String id, String stream, int after, int credit) implements ClientFrame {}

  /** Lets a stream go on for {@code n} more tokens. */
  record Credit(String id, int n) implements ClientFrame {}

  /** Ends a stream. */
  record Cancel(String id) implements ClientFrame {}

  /** Nothing that this server knows; the answer, with the frame's id if it has one. */
  record Unknown(@Nullable String id, ApiException refusal) implements ClientFrame {}

  /** A frame after which the connection can't go on. */
  final class Violation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient CloseStatus status;

    public Violation(CloseStatus status, String reason) {
      super(reason, null, false, false);
      this.status = status.withReason(closing(reason));
    }

    /** A close frame has room for 123 bytes. */
    private static String closing(String reason) {
      return reason.substring(0, Math.min(reason.length(), 123)).replaceAll("[^ -~]", "?");
    }

    public CloseStatus status() {
      return status;
    }
  }

  /**
   * Reads one.
   *
   * @throws Violation if it isn't one JSON object in UTF-8, or grants what can't be granted
   */
  static ClientFrame parse(byte[] text) {
    Fields fields = new Fields(object(text), "");
    String id = null;
    try {
      id = id(fields);
      return parse(fields, id);
    } catch (ApiException e) {
      return new Unknown(id, e);
    }
  }

  private static ObjectNode object(byte[] text) {
    try {
      return StrictJson.parse(text);
    } catch (ApiException e) {
      String reason = String.valueOf(e.getMessage()).replace("the request body", "the frame");
      throw new Violation(CloseStatus.BAD_DATA, reason);
    }
  }

  private static String id(Fields fields) {
    String id = fields.string("id");
    if (id == null || id.isEmpty() || id.length() > MAX_ID_LENGTH) {
      throw ApiException.invalid(
          "id",
          "id "
              + (id == null ? "is missing" : "has " + id.length() + " characters")
              + ", but it must have between 1 and "
              + MAX_ID_LENGTH);
    }
    return id;
  }

  private static ClientFrame parse(Fields fields, String id) {
    String type = fields.string("type");
    return switch (type) {
      case "generate" -> generate(fields, id);
      case "resume" -> resume(fields, id);
      case "credit" -> new Credit(id, credit(fields, "n", false));
      case "cancel" -> new Cancel(id);
      case null, default ->
          throw ApiException.of(
              HttpStatus.BAD_REQUEST,
              "unknown_type",
              "type is "
                  + (type == null ? "missing" : Fields.printable(type, 32))
                  + ", but it must be generate, resume, credit or cancel");
    };
  }

  private static Generate generate(Fields fields, String id) {
    return new Generate(
        id, request(fields), credit(fields, "credit", true), fields.bool("resumable", false));
  }

  private static Resume resume(Fields fields, String id) {
    String stream = fields.string("stream");
    if (stream == null) {
      throw ApiException.invalid(
          "stream", "stream is missing; give the one that the opened frame has told");
    }
    int after = fields.integer("after", -1, Integer.MAX_VALUE - 1).orElse(-1);
    return new Resume(id, stream, after, credit(fields, "credit", true));
  }

  private static ObjectNode request(Fields fields) {
    JsonNode request = fields.get("request");
    if (!(request instanceof ObjectNode object)) {
      throw ApiException.invalid("request", "request must be an object, as the body of a POST is");
    }
    return object;
  }

  /** Unlike in a request, a wrong number isn't answered: who can't count credit has lost count. */
  private static int credit(Fields fields, String name, boolean optional) {
    JsonNode value = fields.get(name);
    if (value == null && optional) {
      return CreditGate.DEFAULT_CREDIT;
    }
    if (value == null
        || !value.isIntegralNumber()
        || !value.canConvertToLong()
        || !CreditGate.isInRange(value.longValue())) {
      throw new Violation(
          CloseStatus.POLICY_VIOLATION,
          name + " must be an integer in [1, " + CreditGate.MAX_CREDIT + "]");
    }
    return value.intValue();
  }
}
