package dev.sluice.app.api;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/** Writes a refusal as the response, whoever refused: a controller, a filter or the framework. */
@Component
public final class ErrorWriter {
  private final JsonMapper mapper;

  ErrorWriter(JsonMapper mapper) {
    this.mapper = mapper;
  }

  /** Writes the status, {@code Retry-After} and the body. */
  public Mono<Void> write(ServerWebExchange exchange, ApiException refusal) {
    ServerHttpResponse response = exchange.getResponse();
    response.setStatusCode(refusal.status());
    HttpHeaders headers = response.getHeaders();
    headers.remove(HttpHeaders.CONTENT_LENGTH);
    headers.setContentType(MediaType.APPLICATION_JSON);
    if (!refusal.retryAfter().isZero()) {
      headers.set(
          HttpHeaders.RETRY_AFTER, Long.toString(Math.max(1, refusal.retryAfter().toSeconds())));
    }
    DataBuffer body = response.bufferFactory().wrap(mapper.writeValueAsBytes(refusal.body()));
    return response.writeWith(Mono.just(body));
  }
}
