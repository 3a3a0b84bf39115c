package dev.sluice.app.rsocket;

import dev.sluice.app.api.DemandedAnswers;
import dev.sluice.app.api.Tenant;
import dev.sluice.app.lifecycle.Connections;
import dev.sluice.app.security.ApiKeys;
import dev.sluice.app.socket.Upgrade;
import io.netty.channel.Channel;
import io.rsocket.DuplexConnection;
import io.rsocket.RSocket;
import io.rsocket.SocketAcceptor;
import io.rsocket.core.RSocketServer;
import io.rsocket.frame.decoder.PayloadDecoder;
import io.rsocket.transport.ServerTransport.ConnectionAcceptor;
import io.rsocket.transport.netty.server.WebsocketRouteTransport;
import java.time.Duration;
import org.reactivestreams.Publisher;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.http.server.WebsocketServerSpec;
import reactor.netty.http.websocket.WebsocketInbound;
import reactor.netty.http.websocket.WebsocketOutbound;

/**
 * {@code GET /rsocket}: the handshake, then RSocket over the WebSocket until it closes.
 *
 * <p>A route of WebFlux, and not one beside it as Spring Boot's would be, so that the filters for
 * Host, Origin and keys see the handshake.
 */
@RestController
final class RSocketController {
  /** The longest frame, and the longest request in however many frames. */
  static final int MAX_BYTES = 1 << 20;

  /** A connection that says nothing is not kept longer. */
  private static final Duration SETUP_WITHIN = Duration.ofSeconds(10);

  private final DemandedAnswers answers;
  private final ApiKeys keys;
  private final Connections connections;

  RSocketController(DemandedAnswers answers, ApiKeys keys, Connections connections) {
    this.answers = answers;
    this.keys = keys;
    this.connections = connections;
  }

  @GetMapping("/rsocket")
  Mono<Void> open(ServerWebExchange exchange) {
    Upgrade.check(exchange);
    return Tenant.of(exchange).flatMap(tenant -> upgrade(exchange, tenant));
  }

  private Mono<Void> upgrade(ServerWebExchange exchange, String tenant) {
    HttpServerResponse response =
        ServerHttpResponseDecorator.getNativeResponse(exchange.getResponse());
    WebsocketServerSpec spec =
        WebsocketServerSpec.builder().maxFramePayloadLength(MAX_BYTES).build();
    return exchange
        .getResponse()
        .setComplete() // commits the headers; the native response sends them
        .then(Mono.from(response.sendWebsocket((in, out) -> serve(in, out, tenant), spec)));
  }

  private Publisher<Void> serve(WebsocketInbound in, WebsocketOutbound out, String tenant) {
    Channel[] channels = new Channel[1];
    in.withConnection(connection -> channels[0] = connection.channel());
    Channel channel = channels[0];
    SocketRoom room = SocketRoom.install(channel);
    ConnectionAcceptor protocol =
        RSocketServer.create(acceptor(room, tenant))
            .maxInboundPayloadSize(MAX_BYTES)
            .maxTimeToFirstFrame(SETUP_WITHIN)
            .payloadDecoder(PayloadDecoder.DEFAULT)
            .asConnectionAcceptor(MAX_BYTES);
    return WebsocketRouteTransport.newHandler(connection -> accept(protocol, connection, channel))
        .apply(in, out);
  }

  private Mono<Void> accept(
      ConnectionAcceptor protocol, DuplexConnection connection, Channel channel) {
    BudgetedConnection budgeted = new BudgetedConnection(connection);
    connections.onDrain(channel, budgeted::sayGoodbye);
    return protocol.apply(budgeted);
  }

  private SocketAcceptor acceptor(SocketRoom room, String tenant) {
    return (setup, peer) ->
        Mono.<RSocket>fromCallable(
                () -> {
                  Setup checked = Setup.read(setup, tenant, keys);
                  return new Responder(answers, checked, room);
                })
            .onErrorMap(Refusals::ofSetup);
  }
}
