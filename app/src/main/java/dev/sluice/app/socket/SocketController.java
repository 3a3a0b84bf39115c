package dev.sluice.app.socket;

import dev.sluice.app.api.FramedAnswers;
import dev.sluice.app.api.Tenant;
import dev.sluice.app.lifecycle.Connections;
import io.netty.channel.Channel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.NettyPipeline;
import reactor.netty.channel.AbortedException;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;
import tools.jackson.databind.json.JsonMapper;

/** {@code GET /v1/streams}: the handshake, then the connection until it closes. */
@RestController
final class SocketController {
  private static final Logger log = LoggerFactory.getLogger(SocketController.class);

  private static final String PROTOCOL = "sluice.v1";
  private static final String PROTOCOLS = "Sec-WebSocket-Protocol";

  /** Proxies cut at 50 s to 120 s. */
  private static final Duration PING_EVERY = Duration.ofSeconds(30);

  /** For the last frames and the close frame, whether they are read or not. */
  private static final long CLOSE_SECONDS = 5;

  private final FramedAnswers answers;
  private final JsonMapper mapper;
  private final Connections connections;

  SocketController(FramedAnswers answers, JsonMapper mapper, Connections connections) {
    this.answers = answers;
    this.mapper = mapper;
    this.connections = connections;
  }

  @GetMapping("/v1/streams")
  Mono<Void> open(ServerWebExchange exchange) {
    HttpHeaders headers = exchange.getRequest().getHeaders();
    Upgrade.check(exchange);
    String protocol = offers(headers).contains(PROTOCOL) ? PROTOCOL : null;
    return Tenant.of(exchange).flatMap(tenant -> upgrade(exchange, protocol, tenant));
  }

  /** The subprotocols that the client speaks; one of them may be its key. */
  private static List<String> offers(HttpHeaders headers) {
    return headers.getOrEmpty(PROTOCOLS).stream()
        .flatMap(line -> Stream.of(line.split(",")))
        .map(String::strip)
        .toList();
  }

  private Mono<Void> upgrade(ServerWebExchange exchange, @Nullable String protocol, String tenant) {
    HttpServerResponse response =
        ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
    WebsocketServerSpec.Builder spec =
        WebsocketServerSpec.builder()
            .maxFramePayloadLength(MessageAssembler.MAX_BYTES)
            .handlePing(true); // here, since Netty answers every ping, also to who doesn't read
    if (protocol != null) {
      spec.protocols(protocol);
    }
    return exchange
        .getResponse()
        .setComplete() // commits the headers; the native response sends them
        .then(Mono.from(response.sendWebsocket((in, out) -> serve(in, out, tenant), spec.build())));
  }

  private Mono<Void> serve(WebsocketInbound in, WebsocketOutbound out, String tenant) {
    return Mono.defer(() -> {
      Channel[] channels = new Channel[1];
      in.withConnection(connection -> channels[0] = connection.channel());
      Channel channel = channels[0];
      endRequest(channel);
      Outbox outbox = new Outbox(channel.eventLoop());
      SocketConnection connection = new SocketConnection(answers, mapper, tenant, outbox);
      connections.onDrain(channel, () -> outbox.close(CloseStatus.GOING_AWAY));
      Disposable pings = Flux.interval(PING_EVERY).subscribe(tick -> connection.ping());
      outbox.onClose(() -> closeSoon(channel));
      Mono<Void> sending =
          out.sendObject(outbox)
              .then()
              .then(
                  Mono.defer(
                      () -> out.sendClose(outbox.status().getCode(), outbox.status().getReason())));
      Mono<Void> receiving =
          in.receiveFrames().map(connection::receive).concatMap(connection::handle, 1).then();
      return Mono.firstWithSignal(sending, receiving)
          .onErrorResume(
              SocketController::isLost,
              lost -> {
                log.debug("A socket was lost", lost);
                return Mono.empty();
              })
          .doFinally(signal -> {
            pings.dispose();
            connection.close();
          });
    });
  }

  /**
   * Ends what the upgrade leaves of its request: the timeout of a body would close a connection
   * whose client says nothing for 30 s, by a race with the answers to pings.
   */
  static void endRequest(Channel channel) {
    if (channel.pipeline().get(NettyPipeline.ReadTimeoutHandler) != null) {
      channel.pipeline().remove(NettyPipeline.ReadTimeoutHandler);
    }
  }

  /** The close frame may never be sent: it waits behind what the client doesn't read. */
  @SuppressWarnings("FutureReturnValueIgnored") // nobody is left to be told how the closing went
  private static void closeSoon(Channel channel) {
    channel.eventLoop().schedule((Runnable) channel::close, CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  /** Ended by the client or the network; a frame that can't be decoded was answered by Netty. */
  private static boolean isLost(Throwable failure) {
    return failure instanceof IOException
        || failure instanceof AbortedException
        || failure instanceof DecoderException;
  }
}
