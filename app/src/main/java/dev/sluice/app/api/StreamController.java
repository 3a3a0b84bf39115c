package dev.sluice.app.api;

import dev.sluice.app.stream.CreditGate;
import dev.sluice.app.stream.CreditedStreams;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** {@code POST /v1/streams/{id}/credit}: further tokens for a stream that runs by credits. */
@RestController
final class StreamController {
  /** A grant is one number; what is longer isn't one. */
  private static final int MAX_GRANT_BYTES = 1024;

  private final CreditedStreams streams;

  StreamController(CreditedStreams streams) {
    this.streams = streams;
  }

  @PostMapping("/v1/streams/{id}/credit")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  Mono<Void> credit(@PathVariable("id") String id, ServerWebExchange exchange) {
    return RequestBody.read(exchange.getRequest(), MAX_GRANT_BYTES)
        .zipWith(Tenant.of(exchange))
        .doOnNext(request -> grant(request.getT1(), streams.find(id, request.getT2())))
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
