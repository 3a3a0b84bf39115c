package dev.sluice.app.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Streams completions from any server that speaks OpenAI's protocol, over HTTP/1.1. Thread-safe.
 *
 * <p>Cancelling a stream closes its connection. Errors are {@link ApiException}.
 */
public final class OpenAiClient implements AutoCloseable {
  private static final int MAX_EVENT_BYTES = 1 << 20;
  private static final int MAX_ERROR_CHARS = 300;
  private static final String DONE = "[DONE]";

  private final URI base;
  private final @Nullable String apiKey;
  private final Duration headerTimeout;
  private final JsonMapper json = JsonMapper.shared();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(10))
          .build();

  /**
   * Makes a client; nothing is connected yet.
   *
   * @param base the server, as {@code http://127.0.0.1:8000}, with or without {@code /v1}
   * @param apiKey sent as a bearer token; null sends none
   * @param headerTimeout how long an answer may take to begin
   */
  public OpenAiClient(URI base, @Nullable String apiKey, Duration headerTimeout) {
    this.base = withVersion(base);
    this.apiKey = apiKey;
    this.headerTimeout = headerTimeout;
  }

  private static URI withVersion(URI base) {
    String text = base.toString().replaceAll("/+$", "");
    return URI.create(text.endsWith("/v1") ? text + "/" : text + "/v1/");
  }

  /** The ids of the models that the server offers. */
  public Mono<List<String>> models() {
    HttpRequest request = request("models").GET().build();
    return Mono.fromFuture(() -> http.sendAsync(request, BodyHandlers.ofString()))
        .map(response -> {
          if (response.statusCode() != 200) {
            throw refusal(response.statusCode(), response.body());
          }
          return modelIds(response.body());
        })
        .onErrorMap(this::apiError);
  }

  private List<String> modelIds(String body) {
    return parse(body).path("data").valueStream().map(m -> m.path("id").asString("")).toList();
  }

  /**
   * Streams one answer; cold, each subscription is a request of its own.
   *
   * @param path {@code completions} or {@code chat/completions}
   * @param body the request; {@code stream} is set here
   */
  public Flux<Chunk> stream(String path, Map<String, ?> body) {
    return Flux.defer(() -> open(path, body)).onErrorMap(this::apiError);
  }

  private Flux<Chunk> open(String path, Map<String, ?> body) {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .header("Accept", "text/event-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(streaming(body))))
            .build();
    return Mono.fromFuture(() -> http.sendAsync(request, BodyHandlers.ofPublisher()))
        .flatMapMany(this::chunks);
  }

  private static Map<String, ?> streaming(Map<String, ?> body) {
    var copy = new LinkedHashMap<String, Object>(body);
    copy.put("stream", true);
    copy.put("stream_options", Map.of("include_usage", true));
    return copy;
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder builder = HttpRequest.newBuilder(base.resolve(path)).timeout(headerTimeout);
    return apiKey == null ? builder : builder.header("Authorization", "Bearer " + apiKey);
  }

  private Flux<Chunk> chunks(HttpResponse<Flow.Publisher<List<ByteBuffer>>> response) {
    Flux<ByteBuffer> bytes =
        JdkFlowAdapter.flowPublisherToFlux(response.body()).flatMapIterable(list -> list);
    if (response.statusCode() != 200) {
      return bytes
          .map(buffer -> StandardCharsets.UTF_8.decode(buffer).toString())
          .reduce("", String::concat)
          .flatMapMany(text -> Flux.error(refusal(response.statusCode(), text)));
    }
    EventReader reader = new EventReader();
    return bytes
        .concatMapIterable(reader::read)
        .concatWith(Mono.defer(reader::end))
        .map(this::chunk);
  }

  private record Event(long arrivedNanos, String data) {}

  /** One response's events. It reads on past [DONE], so that the connection can be used again. */
  private static final class EventReader {
    private final SseDecoder decoder = new SseDecoder(MAX_EVENT_BYTES);
    private boolean done;

    List<Event> read(ByteBuffer bytes) {
      long now = System.nanoTime();
      List<Event> events = new ArrayList<>();
      for (String data : decoder.decode(bytes)) {
        done |= data.equals(DONE);
        if (!done) {
          events.add(new Event(now, data));
        }
      }
      return events;
    }

    Mono<Event> end() {
      return done ? Mono.empty() : Mono.error(truncated());
    }
  }

  private static ApiException truncated() {
    return new ApiException(ApiException.TRUNCATED, "the stream ended without [DONE]");
  }

  private Chunk chunk(Event event) {
    JsonNode node = parse(event.data());
    if (node.has("error")) {
      throw new ApiException(ApiException.SERVER_ERROR_EVENT, message(node.get("error")));
    }
    JsonNode usage = node.path("usage");
    return new Chunk(
        event.arrivedNanos(),
        text(node.path("choices").path(0)),
        usage.path("completion_tokens").asInt(-1),
        usage.path("prompt_tokens").asInt(-1));
  }

  private static String text(JsonNode choice) {
    JsonNode delta = choice.path("delta");
    String thought = delta.path("reasoning_content").asString("");
    return thought + delta.path("content").asString("") + choice.path("text").asString("");
  }

  private JsonNode parse(String text) {
    try {
      return json.readTree(text);
    } catch (JacksonException e) {
      throw new ApiException(
          ApiException.BAD_STREAM, "the server sent what is not JSON: " + abbreviate(text));
    }
  }

  private ApiException refusal(int status, String body) {
    try {
      return ApiException.ofStatus(status, message(json.readTree(body).path("error")));
    } catch (JacksonException e) {
      return ApiException.ofStatus(status, abbreviate(body));
    }
  }

  private static String message(JsonNode error) {
    return abbreviate(error.path("message").asString(error.toString()));
  }

  private static String abbreviate(String text) {
    return text.length() <= MAX_ERROR_CHARS ? text : text.substring(0, MAX_ERROR_CHARS) + "…";
  }

  private Throwable apiError(Throwable error) {
    Throwable cause =
        error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
    return switch (cause) {
      case ApiException e -> e;
      case ConnectException _ ->
          new ApiException("connect", "cannot connect to " + base + "; is the server running?");
      case HttpTimeoutException _ ->
          new ApiException("timeout", "no answer began within " + headerTimeout.toSeconds() + " s");
      case IOException e -> new ApiException("connection", "connection lost: " + e.getMessage());
      default -> cause;
    };
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
