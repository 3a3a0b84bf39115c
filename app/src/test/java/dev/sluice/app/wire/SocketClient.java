package dev.sluice.app.wire;

import dev.sluice.app.ServerHarness;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** A WebSocket client that keeps what it was told. */
final class SocketClient implements WebSocket.Listener, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<JsonNode> frames = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Integer> closed = new CompletableFuture<>();
  private final StringBuilder partial = new StringBuilder();
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket socket;
  private volatile boolean reading;

  private SocketClient(
      ServerHarness server, boolean reading, Map<String, String> headers, String... protocols)
      throws Exception {
    this.reading = reading;
    WebSocket.Builder builder = client.newWebSocketBuilder().connectTimeout(PATIENCE);
    headers.forEach(builder::header);
    if (protocols.length > 0) {
      builder.subprotocols(protocols[0], Arrays.copyOfRange(protocols, 1, protocols.length));
    }
    URI uri = URI.create("ws://127.0.0.1:" + server.port() + "/v1/streams");
    socket = builder.buildAsync(uri, this).get(20, TimeUnit.SECONDS);
  }

  static SocketClient open(ServerHarness server) throws Exception {
    return new SocketClient(server, true, Map.of());
  }

  static SocketClient open(ServerHarness server, Map<String, String> headers, String... protocols)
      throws Exception {
    return new SocketClient(server, true, headers, protocols);
  }

  /** One that takes nothing off its socket until told to. */
  static SocketClient openWithoutReading(ServerHarness server) throws Exception {
    return new SocketClient(server, false, Map.of());
  }

  void read() {
    reading = true;
    socket.request(1);
  }

  @Override
  public void onOpen(WebSocket webSocket) {
    if (reading) {
      webSocket.request(1);
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
    partial.append(data);
    if (last) {
      frames.add(ServerHarness.json(partial.toString()));
      partial.setLength(0);
    }
    webSocket.request(1);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<?> onClose(WebSocket webSocket, int status, String reason) {
    closed.complete(status);
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void onError(WebSocket webSocket, Throwable error) {
    closed.complete(1006);
  }

  WebSocket raw() {
    return socket;
  }

  void send(String json) throws Exception {
    socket.sendText(json, true).get(20, TimeUnit.SECONDS);
  }

  void generate(String id, String fields, int credit) throws Exception {
    send(
        "{\"type\":\"generate\",\"id\":\"%s\",\"credit\":%d,\"request\":%s}"
            .formatted(id, credit, ServerHarness.chat(fields)));
  }

  void credit(String id, int n) throws Exception {
    send("{\"type\":\"credit\",\"id\":\"%s\",\"n\":%d}".formatted(id, n));
  }

  void cancel(String id) throws Exception {
    send("{\"type\":\"cancel\",\"id\":\"%s\"}".formatted(id));
  }

  List<JsonNode> frames() {
    return frames;
  }

  /** All frames of a type about a stream. */
  List<JsonNode> frames(String type, String id) {
    return frames.stream().filter(frame -> is(frame, type, id)).toList();
  }

  static boolean is(JsonNode frame, String type, String id) {
    return frame.get("type").asString().equals(type) && id.equals(frame.get("id").asString(""));
  }

  JsonNode await(Predicate<JsonNode> wanted) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> frames.stream().anyMatch(wanted) || closed.isDone());
    return frames.stream()
        .filter(wanted)
        .findFirst()
        .orElseThrow(() -> new AssertionError("closed by " + closed.join() + " after " + frames));
  }

  JsonNode await(String type, String id) {
    return await(frame -> is(frame, type, id));
  }

  boolean isClosed() {
    return closed.isDone();
  }

  /** Waits for the server to close; the status. */
  int closeStatus() throws Exception {
    return closed.get(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    socket.abort();
    client.shutdownNow();
  }
}
