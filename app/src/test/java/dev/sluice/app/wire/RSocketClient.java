package dev.sluice.app.wire;

import dev.sluice.app.ServerHarness;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.metadata.AuthMetadataCodec;
import io.rsocket.metadata.TaggingMetadataCodec;
import io.rsocket.metadata.WellKnownMimeType;
import io.rsocket.transport.netty.client.WebsocketClientTransport;
import io.rsocket.util.ByteBufPayload;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.client.HttpClient;

/** A connection by the protocol's own library, so that it can do what Spring's client doesn't. */
final class RSocketClient implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final RSocket socket;

  private RSocketClient(RSocket socket) {
    this.socket = socket;
  }

  static RSocketClient open(ServerHarness server) {
    return open(server, headers -> {}, UnaryOperator.identity());
  }

  /** With further headers of the handshake and another setup. */
  static RSocketClient open(
      ServerHarness server,
      Consumer<io.netty.handler.codec.http.HttpHeaders> headers,
      UnaryOperator<RSocketConnector> setup) {
    WebsocketClientTransport transport =
        WebsocketClientTransport.create(
            HttpClient.create()
                .headers(headers)
                .baseUrl(URI.create("http://127.0.0.1:" + server.port()).toString()),
            "/rsocket");
    RSocketConnector connector =
        RSocketConnector.create()
            .dataMimeType("application/json")
            .metadataMimeType(WellKnownMimeType.MESSAGE_RSOCKET_ROUTING.getString())
            .fragment(32 << 10);
    RSocket socket = setup.apply(connector).connect(transport).block(LIMIT);
    return new RSocketClient(java.util.Objects.requireNonNull(socket));
  }

  /** Setup metadata that holds a key. */
  static UnaryOperator<RSocketConnector> bearer(String key) {
    ByteBuf metadata =
        AuthMetadataCodec.encodeBearerMetadata(ByteBufAllocator.DEFAULT, key.toCharArray());
    return connector ->
        connector
            .metadataMimeType(WellKnownMimeType.MESSAGE_RSOCKET_AUTHENTICATION.getString())
            .setupPayload(ByteBufPayload.create(Unpooled.EMPTY_BUFFER, metadata));
  }

  Flux<Payload> stream(@Nullable String route, String body) {
    return Flux.defer(() -> socket.requestStream(payload(route, body)));
  }

  static Payload payload(@Nullable String route, String body) {
    ByteBuf data = Unpooled.copiedBuffer(body, StandardCharsets.UTF_8);
    return route == null
        ? ByteBufPayload.create(data)
        : ByteBufPayload.create(
            data,
            TaggingMetadataCodec.createTaggingContent(ByteBufAllocator.DEFAULT, List.of(route)));
  }

  RSocket socket() {
    return socket;
  }

  /** Waits until the server, or the network, has closed it. */
  void awaitClosed() {
    socket.onClose().onErrorResume(failure -> Mono.empty()).block(LIMIT);
  }

  @Override
  public void close() {
    socket.dispose();
  }
}
