package dev.sluice.app.bench.stall;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** All streams on one WebSocket with token credits: a reader that stops grants nothing more. */
public final class CreditWire implements Wire {
  private final JsonMapper json = JsonMapper.shared();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, SocketStream> streams = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private final WebSocket socket;
  private CompletableFuture<?> sent = CompletableFuture.completedFuture(null);

  public CreditWire(URI server, @Nullable String apiKey) {
    WebSocket.Builder builder = http.newWebSocketBuilder().subprotocols("sluice.v1");
    if (apiKey != null) {
      builder.header("Authorization", "Bearer " + apiKey);
    }
    URI uri = URI.create("ws://" + server.getAuthority() + "/v1/streams");
    socket = builder.buildAsync(uri, new Frames()).join();
  }

  @Override
  public String name() {
    return "websocket";
  }

  @Override
  public Reader open(String body, int credit, Listener listener) {
    String id = "b" + ids.incrementAndGet();
    SocketStream stream = new SocketStream(id, listener);
    streams.put(id, stream);
    send(
        "{\"type\":\"generate\",\"id\":\"%s\",\"credit\":%d,\"request\":%s}"
            .formatted(id, credit, body));
    return stream;
  }

  /** One after the other, as the socket demands. */
  private synchronized void send(String frame) {
    sent = sent.thenCompose(_ -> socket.sendText(frame, true));
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }

  private final class SocketStream implements Reader {
    private final String id;
    private final Listener listener;

    SocketStream(String id, Listener listener) {
      this.id = id;
      this.listener = listener;
    }

    void accept(JsonNode frame) {
      switch (frame.path("type").asString("")) {
        case "token" -> listener.token(this);
        case "done" -> end(null);
        case "error" -> end(new IllegalStateException(frame.path("error").toString()));
        default -> {}
      }
    }

    @Override
    public void grant(int tokens) {
      send("{\"type\":\"credit\",\"id\":\"%s\",\"n\":%d}".formatted(id, tokens));
    }

    private void end(@Nullable Throwable failure) {
      streams.remove(id);
      listener.ended(failure);
    }

    @Override
    public void close() {
      if (streams.containsKey(id)) {
        send("{\"type\":\"cancel\",\"id\":\"" + id + "\"}");
      }
    }
  }

  private final class Frames implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonNode frame = json.readTree(text.toString());
        text.setLength(0);
        SocketStream stream = streams.get(frame.path("id").asString(""));
        if (stream != null) {
          stream.accept(frame);
        }
      }
      from.request(1);
      return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
      streams.values().forEach(stream -> stream.end(failure));
    }
  }
}
