package dev.sluice.app.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.spring.ModelHolder;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The engine as seen and moved from outside, over a stream that waits for credit. */
class EngineApiTest {
  private static ServerHarness server;

  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void disconnect() {
    client.shutdownNow(); // does not wait for streams that nobody reads
    await().until(() -> get("/v1/engine/sequences").get("data").isEmpty());
  }

  @BeforeAll
  static void start() throws Exception {
    server = ServerHarness.start(new ServerHarness.Script());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  /** A stream with credit for one token: it stands still after its lookahead. */
  private HttpResponse<Stream<String>> stalled() throws Exception {
    HttpResponse<Stream<String>> response =
        client.send(
            server
                .json(
                    "/v1/chat/completions",
                    ServerHarness.chat("\"stream\":true,\"max_tokens\":300"))
                .header("X-Stream-Credit", "1")
                .build(),
            BodyHandlers.ofLines());
    await().until(() -> snapshotStanding() == 1);
    return response;
  }

  private static int snapshotStanding() {
    var snapshot = server.bean(ModelHolder.class).require().engine().snapshot();
    return snapshot.stalled() + snapshot.paused();
  }

  private static String id(HttpResponse<?> response) {
    return response.headers().firstValue("X-Stream-Id").orElseThrow();
  }

  private static JsonNode get(String path) throws Exception {
    return ServerHarness.json(server.get(path).body());
  }

  @Test
  void sequences_oneStandsStill_showsItsStateAndWhatItHolds() throws Exception {
    HttpResponse<Stream<String>> stream = stalled();
    JsonNode listed = get("/v1/engine/sequences").get("data");
    assertThat(listed.size()).isEqualTo(1);
    JsonNode sequence = get("/v1/engine/sequences/" + id(stream));
    assertThat(sequence.get("id").asString()).isEqualTo(id(stream));
    assertThat(sequence.get("state").asString()).isIn("stalled", "paused");
    assertThat(sequence.get("tier").asString()).isEqualTo("device");
    assertThat(sequence.get("demand").asInt()).isZero();
    assertThat(sequence.get("generated_tokens").asInt()).isBetween(1, 17);
    assertThat(sequence.get("max_tokens").asInt()).isEqualTo(300);
    assertThat(sequence.get("blocks").size()).isPositive();
    assertThat(sequence.get("stalls").asInt()).isEqualTo(1);
    assertThat(post(id(stream), "abort", "").statusCode()).isEqualTo(200);
    assertThat(stream.body().toList())
        .anyMatch(line -> line.contains("\"code\":\"aborted\""))
        .noneMatch(line -> line.contains("[DONE]"));
    assertThat(post(id(stream), "abort", "").statusCode()).isEqualTo(404);
  }

  private static HttpResponse<String> post(String id, String action, String body) throws Exception {
    return server.post("/v1/engine/sequences/" + id + "/" + action, body);
  }

  @Test
  void act_pauseReprioritiseResume_areSeen() throws Exception {
    HttpResponse<Stream<String>> stream = stalled();
    String path = "/v1/engine/sequences/" + id(stream);
    assertThat(post(id(stream), "pause", "").statusCode()).isEqualTo(200);
    assertThat(post(id(stream), "reprioritise", "{\"priority\":7}").statusCode()).isEqualTo(200);
    assertThat(get(path).get("held").asBoolean()).isTrue();
    assertThat(get(path).get("priority").asInt()).isEqualTo(7);
    assertThat(post(id(stream), "resume", "").statusCode()).isEqualTo(200);
    assertThat(get(path).get("held").asBoolean()).isFalse();
    post(id(stream), "abort", "");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nobody | pause | | 404 | sequence_not_found",
        "nobody | dance | | 404 | ''",
        "nobody | reprioritise | {\"priority\":101} | 400 | ''",
        "nobody | reprioritise | {} | 400 | ''",
        "nobody | reprioritise | {\"priority\":\"1\"} | 400 | ''",
        "nobody | reprioritise | [ | 400 | invalid_json",
      })
  void act_wrong_isRefusedInOpenAiShape(
      String id, String action, String body, int status, String code) throws Exception {
    HttpResponse<String> answer = post(id, action, body == null ? "" : body);
    assertThat(answer.statusCode()).isEqualTo(status);
    JsonNode error = ServerHarness.json(answer.body()).get("error");
    assertThat(error.get("message").asString()).isNotEmpty();
    assertThat(error.get("code").isNull() ? "" : error.get("code").asString()).isEqualTo(code);
  }

  @Test
  void events_tellTheStateSomeTimesASecond() throws Exception {
    var response =
        client.send(server.request("/v1/engine/events").build(), BodyHandlers.ofInputStream());
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(response.body(), UTF_8))) {
      for (int i = 0; i < 3; i++) {
        String line = lines.readLine();
        assertThat(line).startsWith("data:");
        JsonNode state = ServerHarness.json(line.substring("data:".length()));
        assertThat(state.get("block_count").asInt()).isEqualTo(512);
        assertThat(state.get("sequences").isArray()).isTrue();
        assertThat(lines.readLine()).isEmpty();
      }
    }
  }

  @Test
  void chat_readerStopsAndConflates_getsTheSameTextInFewerEvents() throws Exception {
    String fields = "\"max_tokens\":200,\"seed\":1,\"temperature\":0";
    String whole =
        ServerHarness.json(server.post("/v1/chat/completions", ServerHarness.chat(fields)).body())
            .at("/choices/0/message/content")
            .asString();
    HttpResponse<Stream<String>> response =
        client.send(
            server
                .json(
                    "/v1/chat/completions",
                    ServerHarness.chat(
                        fields
                            + ",\"stream\":true,\"on_stall\":\"conflate\""
                            + ",\"stream_options\":{\"include_usage\":true}"))
                .header("X-Stream-Credit", "2")
                .build(),
            BodyHandlers.ofLines());
    await()
        .until(() ->
            get("/v1/engine/sequences/" + id(response)).has("error") == false
                && get("/v1/engine/sequences/" + id(response)).get("generated_tokens").asInt()
                    == 200);
    assertThat(server.post("/v1/streams/" + id(response) + "/credit", "{\"n\":100}").statusCode())
        .isEqualTo(204);
    StringBuilder text = new StringBuilder();
    int[] counts = new int[2]; // events with text, completion tokens
    response
        .body()
        .filter(line -> line.startsWith("data:{"))
        .forEach(line -> {
          JsonNode chunk = ServerHarness.json(line.substring("data:".length()));
          JsonNode content = chunk.at("/choices/0/delta/content");
          if (content.isString() && !content.asString().isEmpty()) {
            text.append(content.asString());
            counts[0]++;
          }
          counts[1] = Math.max(counts[1], chunk.at("/usage/completion_tokens").asInt(0));
        });
    assertThat(text.toString()).isEqualTo(whole);
    assertThat(counts[1]).isEqualTo(200);
    assertThat(counts[0]).isLessThan(40);
  }
}
