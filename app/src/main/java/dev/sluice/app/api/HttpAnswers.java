package dev.sluice.app.api;

import dev.sluice.app.stream.CreditGate;
import dev.sluice.app.stream.CreditedStreams;
import java.util.function.UnaryOperator;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Sends answers as HTTP responses, whole or as events, the latter by credits if asked to. */
@Component
final class HttpAnswers {
  private final JsonRequests requests;
  private final Answers answers;
  private final CreditedStreams credited;

  HttpAnswers(JsonRequests requests, Answers answers, CreditedStreams credited) {
    this.requests = requests;
    this.answers = answers;
    this.credited = credited;
  }

  /** Reads a request and answers it by a route. */
  Mono<ResponseEntity<?>> answer(ServerWebExchange exchange, Answer.Route route) {
    return Tenant.of(exchange)
        .flatMap(tenant -> {
          StreamHeaders headers = StreamHeaders.read(exchange.getRequest().getHeaders());
          return requests
              .generate(
                  exchange.getRequest(),
                  (model, fields) -> {
                    Answer answer = route.answer(model, fields, tenant);
                    headers.check(answer.options().stream());
                    return answer;
                  })
              .flatMap(answer -> send(answer, headers, tenant));
        });
  }

  private Mono<ResponseEntity<?>> send(Answer answer, StreamHeaders headers, String tenant) {
    return answer.options().stream()
        ? Mono.just(stream(answer, headers, tenant))
        : answers.tracked(answer.whole().flux()).single().map(ResponseEntity::ok);
  }

  private ResponseEntity<?> stream(Answer answer, StreamHeaders headers, String tenant) {
    EventStream events = new EventStream(answer.generation().states()::newest);
    if (headers.credit().isEmpty()) {
      return events.of(answers.tracked(answer.chunks(UnaryOperator.identity())));
    }
    String id = answer.head().id();
    CreditGate gate = new CreditGate(headers.credit().getAsInt());
    Flux<?> chunks = credited.open(id, tenant, gate, answer.chunks(gate::limit));
    return events.withId(id).of(answers.tracked(chunks));
  }
}
