package dev.sluice.app.api;

import dev.sluice.app.stream.ResumeException;
import dev.sluice.engine.EngineException;
import dev.sluice.spring.ModelLoadingException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/** Turns whatever was thrown into the refusal that the client sees; never leaks internals. */
public final class ApiErrors {
  private static final Logger log = LoggerFactory.getLogger(ApiErrors.class);

  private static final Duration LOADING_RETRY = Duration.ofSeconds(2);

  private ApiErrors() {}

  /** The refusal for a failure; what nobody foresaw is logged and becomes a bare 500. */
  public static ApiException refusal(Throwable failure) {
    return switch (failure) {
      case ApiException e -> e;
      case EngineException e -> refusal(e);
      case ModelLoadingException e ->
          ApiException.retryable(
              HttpStatus.SERVICE_UNAVAILABLE,
              "loading",
              String.valueOf(e.getMessage()),
              LOADING_RETRY);
      case DataBufferLimitException _ -> tooLarge(RequestBody.MAX_BYTES);
      case RejectedExecutionException _ ->
          ApiException.retryable(
              HttpStatus.TOO_MANY_REQUESTS,
              "queue_full",
              "too many requests are being prepared; try again later",
              Duration.ofSeconds(1));
      case ResumeException e -> refusal(e);
      case ResponseStatusException e -> refusal(e);
      default -> unforeseen(failure);
    };
  }

  static ApiException tooLarge(int maxBytes) {
    return ApiException.of(
        HttpStatus.CONTENT_TOO_LARGE,
        null,
        "the request body is larger than the limit of " + maxBytes + " bytes");
  }

  private static ApiException refusal(EngineException e) {
    String message = String.valueOf(e.getMessage());
    return switch (e.kind()) {
      case QUEUE_FULL ->
          ApiException.retryable(
              HttpStatus.TOO_MANY_REQUESTS, "queue_full", message, e.retryAfter());
      case QUEUE_TIMEOUT -> unavailable("queue_timeout", message);
      case SHUTTING_DOWN -> unavailable("shutting_down", message);
      case STALLED -> ApiException.of(HttpStatus.REQUEST_TIMEOUT, "stream_stalled", message);
      case DEADLINE_EXCEEDED ->
          ApiException.of(HttpStatus.GATEWAY_TIMEOUT, "deadline_exceeded", message);
      case ABORTED -> ApiException.of(HttpStatus.SERVICE_UNAVAILABLE, "aborted", message);
      case CONTEXT_LENGTH_EXCEEDED -> ApiException.contextLengthExceeded("prompt", message);
      case NAN_LOGITS -> ApiException.of(HttpStatus.INTERNAL_SERVER_ERROR, "nan_logits", message);
      case BACKEND_FAULT -> ApiException.of(HttpStatus.INTERNAL_SERVER_ERROR, null, message);
    };
  }

  private static ApiException refusal(ResumeException e) {
    return switch (e.kind()) {
      case EVENTS_LOST ->
          ApiException.of(
              HttpStatus.GONE,
              "events_lost",
              "the events after this one are not kept any more; send the request again");
      case UNKNOWN_EVENT ->
          ApiException.invalid("Last-Event-ID", "the stream has not sent an event of this id yet");
      case TAKEN_OVER ->
          ApiException.of(
              HttpStatus.CONFLICT,
              "stream_taken_over",
              "another connection has resumed this stream; it goes on there");
    };
  }

  private static ApiException unavailable(String code, String message) {
    return ApiException.retryable(
        HttpStatus.SERVICE_UNAVAILABLE, code, message, Duration.ofSeconds(1));
  }

  private static ApiException refusal(ResponseStatusException e) {
    HttpStatus status = HttpStatus.resolve(e.getStatusCode().value());
    if (status == null || status.is5xxServerError()) {
      return unforeseen(e);
    }
    String message =
        switch (status) {
          case NOT_FOUND -> "there is nothing at this path; see /v1/models for what is served";
          case METHOD_NOT_ALLOWED -> "this path does not take this method; see the Allow header";
          case UNSUPPORTED_MEDIA_TYPE -> "the request must be application/json";
          default -> "the request was refused: " + status.getReasonPhrase();
        };
    return ApiException.of(status, null, message);
  }

  private static ApiException unforeseen(Throwable failure) {
    log.error("A request failed unexpectedly", failure);
    return ApiException.of(
        HttpStatus.INTERNAL_SERVER_ERROR, null, "the server failed; its log says why");
  }
}
