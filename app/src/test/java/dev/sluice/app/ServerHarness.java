package dev.sluice.app;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineConfig;
import dev.sluice.engine.testkit.WitnessBackend;
import dev.sluice.engine.tokenizer.PromptText;
import dev.sluice.spring.EngineMetrics;
import dev.sluice.spring.ModelHolder;
import dev.sluice.spring.ModelSource;
import dev.sluice.spring.ServedModel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The whole server on a free port of loopback, over a backend without a model. */
public final class ServerHarness implements AutoCloseable {
  public static final String MODEL = "witness";
  public static final int CONTEXT = 512;

  private static final JsonMapper JSON = JsonMapper.shared();

  private final ConfigurableApplicationContext context;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ServerHarness(ConfigurableApplicationContext context) {
    this.context = context;
  }

  /** What the backend and the loader do, to be decided by a test. */
  public static final class Script {
    public final WitnessBackend backend = new WitnessBackend(512, 16, 512);
    public final CountDownLatch mayLoad = new CountDownLatch(1);
    public int maxQueued = 64;
    public int maxSequences = 16;
    public Duration queueTimeout = Duration.ofSeconds(30);
  }

  /** Starts a server that is ready; properties as {@code name=value}. */
  public static ServerHarness start(Script script, String... properties) throws Exception {
    script.mayLoad.countDown();
    ServerHarness server = startLoading(script, properties);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!server.bean(ModelHolder.class).isReady()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("the model is not ready after 30 s");
      }
      Thread.onSpinWait();
    }
    return server;
  }

  /** Starts a server that loads until the script's latch opens. */
  public static ServerHarness startLoading(Script script, String... properties) {
    List<String> arguments = new ArrayList<>();
    arguments.add("--server.port=0");
    arguments.add("--sluice.served-model-name=" + MODEL);
    List.of(properties).forEach(property -> arguments.add("--" + property));
    ConfigurableApplicationContext context =
        new SpringApplicationBuilder(SluiceApplication.class, WitnessModel.class)
            .initializers(c -> c.getBeanFactory().registerSingleton("script", script))
            .run(arguments.toArray(String[]::new));
    return new ServerHarness(context);
  }

  /** Without an annotation, so that no other server on this class path finds it by scanning. */
  static class WitnessModel {
    @Bean
    @Primary
    ModelSource witness(Script script, EngineMetrics metrics) {
      return () -> {
        script.mayLoad.await();
        WordTokenizer tokenizer = new WordTokenizer();
        EngineConfig config =
            new EngineConfig(
                script.maxSequences, 512, CONTEXT, true, script.maxQueued, script.queueTimeout, 16);
        Engine engine = Engine.start(config, script.backend, tokenizer.eosIds(), metrics);
        return ServedModel.of(MODEL, engine, tokenizer, ServerHarness::render);
      };
    }
  }

  private static PromptText render(List<Map<String, Object>> messages, Map<String, ?> variables) {
    return PromptText.untrusted(
        messages.stream()
            .map(message -> message.get("role") + ":" + message.get("content") + "\n")
            .collect(Collectors.joining()));
  }

  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  public int port() {
    return Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer()).getPort();
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(30));
  }

  public HttpRequest.Builder json(String path, String body) {
    return request(path)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  public HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  public HttpResponse<String> get(String path) throws Exception {
    return send(request(path).GET());
  }

  public HttpResponse<String> post(String path, String body) throws Exception {
    return send(json(path, body));
  }

  /** A chat request about nothing, with further fields. */
  public static String chat(String fields) {
    return "{\"model\":\"witness\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"
        + (fields.isEmpty() ? "" : ",")
        + fields
        + "}";
  }

  public static JsonNode json(String text) {
    return JSON.readTree(text);
  }

  /** The data of a stream's events. */
  public static List<String> events(String body) {
    return body.lines()
        .filter(line -> line.startsWith("data:"))
        .map(line -> line.substring(5).strip())
        .toList();
  }

  public ConfigurableApplicationContext context() {
    return context;
  }

  @Override
  public void close() {
    context.close();
  }
}
