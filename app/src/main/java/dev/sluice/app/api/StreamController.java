package dev.sluice.app.api;

import dev.sluice.app.stream.CreditGate;
import dev.sluice.app.stream.CreditedStreams;
import dev.sluice.app.stream.ResumableStreams;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * What further requests do to a stream: {@code POST /v1/streams/{id}/credit} lets it go on, and
 * {@code GET /v1/streams/{id}} reads on after a lost connection.
 */
@RestController
final class StreamController {
  /** A grant is one number; what is longer isn't one. */
  private static final int MAX_GRANT_BYTES = 1024;

  private static final String LAST_EVENT_ID = "Last-Event-ID";

  private final CreditedStreams credited;
  private final ResumableStreams resumable;

  StreamController(CreditedStreams credited, ResumableStreams resumable) {
    this.credited = credited;
    this.resumable = resumable;
  }

  @PostMapping("/v1/streams/{id}/credit")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  Mono<Void> credit(@PathVariable("id") String id, ServerWebExchange exchange) {
    return RequestBody.read(exchange.getRequest(), MAX_GRANT_BYTES)
        .zipWith(Tenant.of(exchange))
        .doOnNext(request -> grant(request.getT1(), credited.find(id, request.getT2())))
        .then();
  }

  private static void grant(byte[] body, @Nullable CreditGate gate) {
    Fields fields = new Fields(StrictJson.parse(body), "");
    int n =
        fields
            .integer("n", 1, CreditGate.MAX_CREDIT)
            .orElseThrow(() -> ApiException.invalid("n", "n is missing; how many tokens to grant"));
    switch (gate == null ? CreditGate.Grant.ENDED : gate.grant(n)) {
      case ACCEPTED -> {}
      case EXCEEDED -> throw exceeded(n);
      case ENDED -> throw notFound();
    }
  }

  @GetMapping("/v1/streams/{id}")
  Mono<ResponseEntity<?>> resume(@PathVariable("id") String id, ServerWebExchange exchange) {
    return Tenant.of(exchange)
        .map(tenant -> {
          ResumableStreams.Resumable<EventStream> stream =
              resumable.find(id, tenant, EventStream.class);
          if (stream == null) {
            throw ApiException.of(
                HttpStatus.NOT_FOUND,
                "stream_not_found",
                "there is no resumable stream of this id; it may have been given up");
          }
          String last = exchange.getRequest().getHeaders().getFirst(LAST_EVENT_ID);
          return stream.answer().of(id, stream.after(seq(id, last)));
        });
  }

  /** The number of an event of this stream; that before the first if none arrived. */
  private static long seq(String id, @Nullable String eventId) {
    if (eventId == null) {
      return -1;
    }
    String number = eventId.startsWith(id + ":") ? eventId.substring(id.length() + 1) : "";
    if (!number.matches("[0-9]{1,9}")) {
      throw ApiException.invalid(
          LAST_EVENT_ID,
          LAST_EVENT_ID + " must be the id of an event of this stream, as " + id + ":7");
    }
    return Long.parseLong(number);
  }

  private static ApiException exceeded(int n) {
    return ApiException.of(
        HttpStatus.BAD_REQUEST,
        "credit_exceeded",
        "with "
            + n
            + " more tokens, more than "
            + CreditGate.MAX_CREDIT
            + " would be granted and not sent; grant further ones as you use them");
  }

  private static ApiException notFound() {
    return ApiException.of(
        HttpStatus.NOT_FOUND,
        "stream_not_found",
        "there is no open stream of this id that runs by credits; it may have ended");
  }
}
