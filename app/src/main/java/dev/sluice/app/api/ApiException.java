package dev.sluice.app.api;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** A request that is refused, with everything that its error body says. */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final HttpStatus status;
  private final String type;
  private final @Nullable String code;
  private final @Nullable String param;
  private final Duration retryAfter;

  private ApiException(
      HttpStatus status,
      String message,
      @Nullable String code,
      @Nullable String param,
      Duration retryAfter) {
    super(message, null, false, false); // refusals are cheap and expected: no stack trace
    this.status = status;
    this.type = typeOf(status);
    this.code = code;
    this.param = param;
    this.retryAfter = retryAfter;
  }

  /** 400 with the parameter that is wrong. */
  public static ApiException invalid(String param, String message) {
    return new ApiException(HttpStatus.BAD_REQUEST, message, null, param, Duration.ZERO);
  }

  /** 400 for a body that isn't the JSON it should be. */
  public static ApiException invalidJson(String message) {
    return of(HttpStatus.BAD_REQUEST, "invalid_json", message);
  }

  /** 400 for a field that is known, changes the output and isn't supported. */
  public static ApiException unsupported(String param, String message) {
    return new ApiException(
        HttpStatus.BAD_REQUEST, message, "unsupported_parameter", param, Duration.ZERO);
  }

  /** 400 for a prompt that, with the output asked for, doesn't fit. */
  public static ApiException contextLengthExceeded(String param, String message) {
    return new ApiException(
        HttpStatus.BAD_REQUEST, message, "context_length_exceeded", param, Duration.ZERO);
  }

  /** 404 for a model that isn't served. */
  public static ApiException modelNotFound(String message) {
    return new ApiException(
        HttpStatus.NOT_FOUND, message, "model_not_found", "model", Duration.ZERO);
  }

  /** Any status with a code. */
  public static ApiException of(HttpStatus status, @Nullable String code, String message) {
    return new ApiException(status, message, code, null, Duration.ZERO);
  }

  /** A refusal that is worth trying again later. */
  public static ApiException retryable(
      HttpStatus status, String code, String message, Duration retryAfter) {
    return new ApiException(status, message, code, null, retryAfter);
  }

  private static String typeOf(HttpStatus status) {
    return switch (status) {
      case UNAUTHORIZED -> "authentication_error";
      case FORBIDDEN -> "permission_error";
      case TOO_MANY_REQUESTS -> "rate_limit_error";
      default -> status.is5xxServerError() ? "server_error" : "invalid_request_error";
    };
  }

  public HttpStatus status() {
    return status;
  }

  /** When to try again; zero if that would not help. */
  public Duration retryAfter() {
    return retryAfter;
  }

  /** The body that says all this. */
  public ErrorBody body() {
    return new ErrorBody(new ErrorBody.Detail(String.valueOf(getMessage()), type, param, code));
  }
}
