package dev.sluice.app.api;

import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;
import reactor.core.publisher.Mono;

/** Gives every failure of a request an OpenAI error body; ordered before Boot's own handler. */
@Component
@Order(-2)
final class ErrorHandler implements WebExceptionHandler {
  private final ErrorWriter writer;

  ErrorHandler(ErrorWriter writer) {
    this.writer = writer;
  }

  @Override
  public Mono<Void> handle(ServerWebExchange exchange, Throwable failure) {
    if (exchange.getResponse().isCommitted()) {
      return Mono.error(failure);
    }
    if (failure instanceof MethodNotAllowedException e) {
      exchange.getResponse().getHeaders().setAllow(e.getSupportedMethods());
    }
    return writer.write(exchange, ApiErrors.refusal(failure));
  }
}
