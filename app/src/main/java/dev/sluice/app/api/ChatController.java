package dev.sluice.app.api;

import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** {@code POST /v1/chat/completions}. */
@RestController
final class ChatController {
  private final ChatRoute route;
  private final HttpAnswers http;

  ChatController(ChatRoute route, HttpAnswers http) {
    this.route = route;
    this.http = http;
  }

  @PostMapping("/v1/chat/completions")
  Mono<ResponseEntity<?>> complete(ServerWebExchange exchange) {
    return http.answer(exchange, route);
  }
}
