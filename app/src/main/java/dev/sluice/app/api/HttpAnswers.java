package dev.sluice.app.api;

import dev.sluice.app.stream.CreditGate;
import dev.sluice.app.stream.CreditedStreams;
import dev.sluice.app.stream.ResumableStreams;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends answers as HTTP responses, whole or as events; the latter by credits, or such that their
 * reader may come back to them, if asked to.
 */
@Component
final class HttpAnswers {
  private final JsonRequests requests;
  private final Answers answers;
  private final CreditedStreams credited;
  private final ResumableStreams resumable;

  HttpAnswers(
      JsonRequests requests,
      Answers answers,
      CreditedStreams credited,
      ResumableStreams resumable) {
    this.resumable = resumable;
    this.requests = requests;
    this.answers = answers;
    this.credited = credited;
  }

  /** Reads a request and answers it by a route. */
  Mono<ResponseEntity<?>> answer(ServerWebExchange exchange, Answer.Route route) {
    return Tenant.of(exchange)
        .flatMap(tenant -> {
          StreamHeaders headers = StreamHeaders.read(exchange.getRequest().getHeaders());
          refuseIfFull(headers);
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
    String id = answer.head().id();
    EventStream events = new EventStream(answer.generation().states()::newest);
    Flux<?> chunks = answers.tracked(chunks(answer, headers.credit(), tenant));
    if (headers.resumable()) {
      return events.of(id, resumable.open(id, tenant, events, EventStream.withEnd(chunks)));
    }
    return headers.credit().isPresent() ? events.withId(id).of(chunks) : events.of(chunks);
  }

  private Flux<?> chunks(Answer answer, OptionalInt credit, String tenant) {
    if (credit.isEmpty()) {
      return answer.chunks(UnaryOperator.identity());
    }
    CreditGate gate = new CreditGate(credit.getAsInt());
    return credited.open(answer.head().id(), tenant, gate, answer.chunks(gate::limit));
  }

  private void refuseIfFull(StreamHeaders headers) {
    if (headers.resumable() && resumable.isFull()) {
      throw ApiException.retryable(
          HttpStatus.TOO_MANY_REQUESTS,
          "too_many_streams",
          "no more resumable streams can be kept; try again later, or without "
              + StreamHeaders.RESUMABLE,
          Duration.ofSeconds(1));
    }
  }
}
