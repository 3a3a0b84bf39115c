package dev.sluice.app.rsocket;

import dev.sluice.app.api.ApiException;
import dev.sluice.app.api.DemandedAnswers;
import io.netty.buffer.ByteBufUtil;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.util.ByteBufPayload;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Publisher;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Answers a connection's requests, of which streams are the only kind. */
final class Responder implements RSocket {
  /** As many as a WebSocket may have. */
  static final int MAX_STREAMS = 100;

  private final DemandedAnswers answers;
  private final Setup setup;
  private final SocketRoom room;
  private final AtomicInteger streams = new AtomicInteger();

  Responder(DemandedAnswers answers, Setup setup, SocketRoom room) {
    this.answers = answers;
    this.setup = setup;
    this.room = room;
  }

  @Override
  public Flux<Payload> requestStream(Payload request) {
    String route;
    byte[] body;
    try {
      route = new Metadata(setup.metadataType(), request.sliceMetadata()).route();
      body = ByteBufUtil.getBytes(request.sliceData());
    } finally {
      request.release();
    }
    return Flux.defer(
            () -> {
              if (streams.incrementAndGet() > MAX_STREAMS) {
                return Flux.error(tooManyStreams());
              }
              return answers.items(route, body, setup.tenant());
            })
        .doFinally(signal -> streams.decrementAndGet())
        .transform(items -> new RoomGate<>(items, room))
        .map(ByteBufPayload::create)
        .onErrorMap(Refusals::ofStream);
  }

  private static ApiException tooManyStreams() {
    return ApiException.of(
        HttpStatus.TOO_MANY_REQUESTS,
        "too_many_streams",
        "this connection has "
            + MAX_STREAMS
            + " streams already, which is the limit; wait for one to end");
  }

  @Override
  public Mono<Payload> requestResponse(Payload request) {
    request.release();
    return Mono.error(onlyStreams());
  }

  @Override
  public Mono<Void> fireAndForget(Payload request) {
    request.release();
    return Mono.error(onlyStreams());
  }

  @Override
  public Flux<Payload> requestChannel(Publisher<Payload> requests) {
    // Cancelled and not ignored, so that what has come is released.
    return Flux.from(requests)
        .take(0)
        .doOnDiscard(Payload.class, Payload::release)
        .concatWith(Mono.error(onlyStreams()));
  }

  private static Throwable onlyStreams() {
    return Refusals.ofStream(
        ApiException.of(
            HttpStatus.METHOD_NOT_ALLOWED,
            null,
            "only requestStream is answered here; ask for a whole answer over HTTP"));
  }
}
