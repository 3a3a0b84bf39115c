package dev.sluice.app.bench.stall;

import dev.sluice.spring.OperatorException;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.rsocket.Payload;
import io.rsocket.RSocket;
import io.rsocket.core.RSocketConnector;
import io.rsocket.metadata.TaggingMetadataCodec;
import io.rsocket.metadata.WellKnownMimeType;
import io.rsocket.transport.netty.client.WebsocketClientTransport;
import io.rsocket.util.ByteBufPayload;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.netty.http.client.HttpClient;

/** All streams on one RSocket connection: a reader that stops requests nothing more. */
public final class RSocketWire implements Wire {
  private static final Duration CONNECT = Duration.ofSeconds(10);

  private final RSocket connection;

  /** Connects to a server. */
  public RSocketWire(URI server, @Nullable String apiKey) {
    HttpClient http = HttpClient.create().baseUrl(server.toString());
    if (apiKey != null) {
      http = http.headers(headers -> headers.set("Authorization", "Bearer " + apiKey));
    }
    RSocket connected =
        RSocketConnector.create()
            .dataMimeType("application/json")
            .metadataMimeType(WellKnownMimeType.MESSAGE_RSOCKET_ROUTING.getString())
            .connect(WebsocketClientTransport.create(http, "/rsocket"))
            .block(CONNECT);
    if (connected == null) {
      throw new OperatorException(server + " takes no RSocket connection");
    }
    connection = connected;
  }

  @Override
  public String name() {
    return "rsocket";
  }

  @Override
  public Reader open(String body, int credit, Listener listener) {
    StreamReader reader = new StreamReader(credit, listener);
    connection
        .requestStream(
            ByteBufPayload.create(
                Unpooled.copiedBuffer(body, StandardCharsets.UTF_8),
                TaggingMetadataCodec.createTaggingContent(
                    ByteBufAllocator.DEFAULT, List.of("v1.completions"))))
        .subscribe(reader);
    return reader;
  }

  @Override
  public void close() {
    connection.dispose();
  }

  private static final class StreamReader extends BaseSubscriber<Payload> implements Reader {
    private final int credit;
    private final Listener listener;

    StreamReader(int credit, Listener listener) {
      this.credit = credit;
      this.listener = listener;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(credit);
    }

    @Override
    protected void hookOnNext(Payload item) {
      item.release();
      listener.token(this);
    }

    @Override
    protected void hookOnComplete() {
      listener.ended(null);
    }

    @Override
    protected void hookOnError(Throwable failure) {
      listener.ended(failure);
    }

    @Override
    public void grant(int tokens) {
      request(tokens);
    }

    @Override
    public void close() {
      cancel();
    }
  }
}
