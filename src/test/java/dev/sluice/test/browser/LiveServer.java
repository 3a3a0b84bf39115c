package dev.sluice.test.browser;

import dev.sluice.app.SluiceApplication;
import dev.sluice.engine.model.TensorType;
import dev.sluice.engine.testkit.TinyModel;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The server itself over a tiny model whose answers have no end but the longest that is asked. */
final class LiveServer implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();

  private final ConfigurableApplicationContext context;
  private final HttpClient client = HttpClient.newHttpClient();
  private final @Nullable String key;

  private LiveServer(ConfigurableApplicationContext context, @Nullable String key) {
    this.context = context;
    this.key = key;
  }

  /** Starts one that writes its model into a folder and, where there is a key, asks for it. */
  static LiveServer start(Path folder, @Nullable String key) throws IOException {
    byte[] model =
        new TinyModel(TensorType.Q8_0, 1).gguf().without("tokenizer.ggml.eos_token_id").build();
    Map<String, Object> properties = new HashMap<>();
    properties.put("server.port", 0);
    properties.put("sluice.model", Files.write(folder.resolve("endless.gguf"), model));
    properties.put("sluice.resume-grace", "5s");
    properties.put("sluice.num-gpu-blocks-override", 96);
    if (key != null) {
      properties.put("sluice.api-key", key);
    }
    return new LiveServer(SluiceApplication.run(properties), key);
  }

  String page(String path) {
    int port =
        Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer()).getPort();
    return "http://127.0.0.1:" + port + "/" + path;
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(page(path)));
    return key == null ? request : request.header("Authorization", "Bearer " + key);
  }

  /** The live sequences, as the API lists them. */
  List<JsonNode> sequences() {
    try {
      String list =
          client.send(request("v1/engine/sequences").build(), BodyHandlers.ofString()).body();
      return JSON.readTree(list).get("data").valueStream().toList();
    } catch (IOException e) {
      throw new IllegalStateException("the server doesn't list its sequences", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Starts an answer whose reader wants so many tokens and then stops; its id. */
  String stalledReader(int credit) throws IOException, InterruptedException {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"stream\":true,\"max_tokens\":200}";
    HttpRequest.Builder post =
        request("v1/chat/completions")
            .header("Content-Type", "application/json")
            .header("X-Stream-Credit", String.valueOf(credit))
            .POST(BodyPublishers.ofString(body));
    return client
        .send(post.build(), BodyHandlers.ofInputStream())
        .headers()
        .firstValue("X-Stream-Id")
        .orElseThrow();
  }

  @Override
  public void close() {
    client.shutdownNow();
    context.close();
  }
}
