package dev.sluice.app.client;

/** A server refused a request or broke a stream off. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  static final String BAD_STREAM = "malformed_stream";
  static final String TRUNCATED = "truncated_stream";
  static final String SERVER_ERROR_EVENT = "error_event";

  private final String kind;

  /**
   * Makes one.
   *
   * @param kind short name by which errors are counted, as {@code http_429}
   */
  public ApiException(String kind, String message) {
    super(message);
    this.kind = kind;
  }

  static ApiException ofStatus(int status, String message) {
    return new ApiException("http_" + status, "HTTP " + status + ": " + message);
  }

  /** Short name by which errors are counted, as {@code http_429}. */
  public String kind() {
    return kind;
  }
}
