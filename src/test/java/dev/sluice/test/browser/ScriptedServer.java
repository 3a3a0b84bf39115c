package dev.sluice.test.browser;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.webjars.WebJarVersionLocator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A server for the chat page whose answers a test writes: it serves the page and its libraries from
 * the class path under the page's content security policy, and plays one {@link Script} per chat
 * request. Each server has a port of its own, so each has a browser storage of its own.
 */
final class ScriptedServer implements AutoCloseable {

  static final String POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

  /** How long every prompt is said to be. */
  static final int PROMPT_TOKENS = 31;

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Map<String, String> CONTENT_TYPES =
      Map.of(
          "html", "text/html;charset=utf-8",
          "css", "text/css;charset=utf-8",
          "js", "text/javascript;charset=utf-8",
          "mjs", "text/javascript;charset=utf-8",
          "svg", "image/svg+xml");

  private final HttpServer http;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final WebJarVersionLocator webJars = new WebJarVersionLocator();
  private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
  private final BlockingQueue<ChatRequest> requests = new LinkedBlockingQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile int healthStatus = 200;
  private volatile String healthReason = "ok";
  private volatile @Nullable String requiredKey;
  private volatile String models =
      """
      {"object":"list","data":[{"id":"SmolLM2-135M-Instruct","object":"model","max_model_len":8192}]}
      """;

  /** What an answer does; it runs on a thread of its own and may wait. */
  interface Script {
    void play(Answer answer) throws IOException, InterruptedException;
  }

  /** A chat request as it arrived. */
  record ChatRequest(@Nullable String authorization, JsonNode body) {}

  ScriptedServer() {
    try {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException("no loopback port for the scripted server", e);
    }
    http.setExecutor(threads);
    http.createContext("/", this::servePage);
    http.createContext("/health", this::serveHealth);
    http.createContext("/v1/models", this::serveModels);
    http.createContext("/v1/chat/completions", this::serveChat);
    http.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + "/");
  }

  /** The next chat requests are answered by these, in order. */
  void answerWith(Script... answers) {
    scripts.addAll(Arrays.asList(answers));
  }

  void healthIs(int status, String reason) {
    healthReason = reason;
    healthStatus = status;
  }

  void modelsAre(String json) {
    models = json;
  }

  void requireKey(String key) {
    requiredKey = key;
  }

  /** The oldest chat request not yet taken. */
  ChatRequest takeRequest() throws InterruptedException {
    ChatRequest request = requests.poll(10, TimeUnit.SECONDS);
    if (request == null) throw new AssertionError("no chat request within 10 s");
    return request;
  }

  @Override
  public void close() {
    closed.countDown();
    http.stop(0);
    threads.shutdownNow();
  }

  private void servePage(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    try (InputStream content = ScriptedServer.class.getResourceAsStream(resource(path))) {
      if (content == null) {
        send(exchange, 404, "text/plain", "no " + path);
        return;
      }
      exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      exchange.getResponseHeaders().set("Content-Type", contentType(resource(path)));
      exchange.sendResponseHeaders(200, 0);
      content.transferTo(exchange.getResponseBody());
      exchange.close();
    }
  }

  private String resource(String path) {
    if (path.equals("/")) return "/static/index.html";
    if (!path.startsWith("/webjars/")) return "/static" + path;
    String[] parts = path.split("/", 4);
    return "/" + webJars.fullPath(parts[2], parts[3]);
  }

  private static String contentType(String path) {
    String extension = path.substring(path.lastIndexOf('.') + 1);
    return CONTENT_TYPES.getOrDefault(extension, "application/octet-stream");
  }

  private void serveHealth(HttpExchange exchange) throws IOException {
    send(exchange, healthStatus, "application/json", "{\"status\":\"" + healthReason + "\"}");
  }

  private void serveModels(HttpExchange exchange) throws IOException {
    if (unauthorized(exchange)) return;
    send(exchange, 200, "application/json", models);
  }

  private void serveChat(HttpExchange exchange) throws IOException {
    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
    JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
    if (unauthorized(exchange)) return;
    requests.add(new ChatRequest(authorization, body));
    Script script = scripts.poll();
    if (script == null) script = answer -> answer.token("Nothing was scripted.").finish("stop");
    try {
      script.play(new Answer(exchange));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private boolean unauthorized(HttpExchange exchange) throws IOException {
    String key = requiredKey;
    String given = exchange.getRequestHeaders().getFirst("Authorization");
    if (key == null || ("Bearer " + key).equals(given)) return false;
    send(exchange, 401, "application/json", error("Invalid API key.", "invalid_api_key"));
    return true;
  }

  private static void send(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** An error body in OpenAI's shape. */
  static String error(String message, String code) {
    Map<String, String> fields = Map.of("message", message, "type", "server_error", "code", code);
    return JSON.writeValueAsString(Map.of("error", fields));
  }

  /** One answer being written: either a status with a body, or a stream of events. */
  final class Answer {
    private final HttpExchange exchange;
    private boolean streaming;
    private int tokenCount;

    private Answer(HttpExchange exchange) {
      this.exchange = exchange;
    }

    /** Refuses the request; headers are name, value, name, value. */
    void refuse(int status, String body, String... headers) throws IOException {
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      send(exchange, status, "application/json", body);
    }

    /** Sends a piece of text as one chunk. */
    Answer token(String text) throws IOException {
      tokenCount++;
      return choice(Map.of("index", 0, "delta", Map.of("content", text)));
    }

    /** Sends the text in pieces of a few characters, as tokens come. */
    Answer tokens(String text) throws IOException {
      for (int i = 0; i < text.length(); i += 4) {
        token(text.substring(i, Math.min(text.length(), i + 4)));
      }
      return this;
    }

    /** Ends the answer as OpenAI does: finish reason, usage, [DONE]. */
    void finish(String reason) throws IOException {
      choice(Map.of("index", 0, "delta", Map.of(), "finish_reason", reason));
      Map<String, Integer> usage =
          Map.of("prompt_tokens", PROMPT_TOKENS, "completion_tokens", tokenCount);
      event(Map.of("choices", new Object[0], "usage", usage));
      write("data: [DONE]\n\n");
    }

    /** Sends a comment, which is how the scheduler's state is told. */
    Answer comment(String text) throws IOException {
      return write(": " + text + "\n\n");
    }

    /** Sends an error in place of the rest. */
    void fail(String message, String code) throws IOException {
      write("data: " + error(message, code) + "\n\n");
    }

    /** Waits for the test. */
    Answer await(CountDownLatch gate) throws InterruptedException {
      if (!gate.await(30, TimeUnit.SECONDS)) throw new IllegalStateException("gate never opened");
      return this;
    }

    /** Writes empty comments until the browser has gone, then opens the gate. */
    void awaitAbort(CountDownLatch aborted) throws InterruptedException {
      try {
        while (!closed.await(20, TimeUnit.MILLISECONDS)) write(":\n\n");
      } catch (IOException e) {
        aborted.countDown();
      }
    }

    private Answer choice(Map<String, ?> choice) throws IOException {
      return event(Map.of("choices", new Object[] {choice}));
    }

    private Answer event(Map<String, ?> fields) throws IOException {
      return write("data: " + JSON.writeValueAsString(fields) + "\n\n");
    }

    private Answer write(String text) throws IOException {
      if (!streaming) {
        streaming = true;
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream;charset=utf-8");
        exchange.sendResponseHeaders(200, 0);
      }
      exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      return this;
    }
  }
}
