package dev.sluice.app.wire;

import static dev.sluice.app.ServerHarness.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import dev.sluice.app.lifecycle.OpenRequests;
import dev.sluice.engine.EngineSnapshot;
import dev.sluice.spring.ModelHolder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** The WebSocket's own protocol: frames, refusals, limits. */
final class SocketTest {
  private static final String ENDLESS = "\"ignore_eos\":true,\"seed\":7,\"max_tokens\":400";
  private static final Semaphore STEPS = new Semaphore(0);

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness server;

  @SuppressWarnings("NullAway.Init")
  private SocketClient client;

  @BeforeAll
  static void startServer() throws Exception {
    Script script = new Script();
    script.maxQueued = 256;
    script.backend.beforeStep(step -> STEPS.acquireUninterruptibly());
    server = ServerHarness.start(script);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void connect() throws Exception {
    STEPS.drainPermits();
    STEPS.release(1_000_000);
    client = SocketClient.open(server);
  }

  /** Whatever a case did, nothing of it is left, and the server serves. */
  @AfterEach
  void disconnect() throws Exception {
    STEPS.release(1_000_000);
    client.close();
    await().until(() -> snapshot().usedBlocks() == 0);
    await().until(() -> server.bean(OpenRequests.class).count() == 0);
    assertThat(server.get("/health").statusCode()).isEqualTo(200);
  }

  private static EngineSnapshot snapshot() {
    return server.bean(ModelHolder.class).require().engine().snapshot();
  }

  private static JsonNode error(JsonNode frame) {
    return frame.get("error");
  }

  private String codeOf(String id) {
    return error(client.await("error", id)).get("code").asString("");
  }

  @Test
  void generate_chat_givesTokensThenDone() throws Exception {
    client.generate("a", "\"max_tokens\":3,\"ignore_eos\":true,\"seed\":1", 10);
    JsonNode done = client.await("done", "a");

    List<JsonNode> tokens = client.frames("token", "a");
    assertThat(tokens).extracting(token -> token.get("seq").intValue()).containsExactly(0, 1, 2);
    assertThat(tokens.getFirst().propertyNames()).containsExactly("type", "id", "seq", "delta");
    assertThat(done.propertyNames())
        .containsExactly("type", "id", "finish_reason", "stop_reason", "usage");
    assertThat(done.get("finish_reason").stringValue()).isEqualTo("length");
    assertThat(done.get("usage").get("completion_tokens").intValue()).isEqualTo(3);
    assertThat(done.get("usage").get("prompt_tokens").intValue()).isEqualTo(8);
    assertThat(client.frames().getLast()).isEqualTo(done);
  }

  @Test
  void generate_withoutCredit_has64() throws Exception {
    client.send("{\"type\":\"generate\",\"id\":\"a\",\"request\":" + chat(ENDLESS) + "}");
    await().until(() -> client.frames("token", "a").size() == 64);
    await().until(() -> snapshot().stalled() + snapshot().paused() == 1);

    assertThat(client.frames("token", "a")).hasSize(64);
    assertThat(client.await(frame -> isState(frame, "a", "stalled")).has("choice")).isFalse();
    client.credit("a", 1);
    await().until(() -> client.frames("token", "a").size() == 65);
  }

  private static boolean isState(JsonNode frame, String id, String state) {
    return SocketClient.is(frame, "state", id) && frame.get("state").stringValue().equals(state);
  }

  @Test
  void generate_completionWithChoices_namesThem() throws Exception {
    client.send(
        "{\"type\":\"generate\",\"id\":\"a\",\"request\":{\"prompt\":\"abc\",\"n\":2,"
            + "\"max_tokens\":3,\"ignore_eos\":true,\"seed\":1,\"logprobs\":1,"
            + "\"return_token_ids\":true,\"echo\":true}}");
    JsonNode done = client.await("done", "a");

    List<JsonNode> tokens = client.frames("token", "a");
    assertThat(tokens).hasSize(6);
    for (int choice = 0; choice < 2; choice++) {
      int wanted = choice;
      List<JsonNode> own =
          tokens.stream().filter(token -> token.get("choice").intValue() == wanted).toList();
      assertThat(own).hasSize(3).allMatch(token -> token.get("token_ids").size() == 1);
      assertThat(own.getFirst().get("delta").stringValue()).startsWith("abc");
      assertThat(own.getFirst().get("logprobs").get("tokens").size()).isEqualTo(4);
    }
    assertThat(done.get("finish_reason").isNull()).isTrue();
    assertThat(done.get("choices").size()).isEqualTo(2);
    assertThat(done.get("choices").get(1).get("finish_reason").stringValue()).isEqualTo("length");
    assertThat(done.get("usage").get("completion_tokens").intValue()).isEqualTo(6);
  }

  @Test
  void generate_asPostDoes_givesTheSameText() throws Exception {
    String fields = "\"seed\":11,\"max_tokens\":60,\"stop\":[\"w7\"]";
    client.generate("a", fields, 100);
    JsonNode done = client.await("done", "a");
    JsonNode whole = ServerHarness.json(server.post("/v1/chat/completions", chat(fields)).body());

    StringBuilder text = new StringBuilder();
    client.frames("token", "a").forEach(token -> text.append(token.get("delta").stringValue()));
    JsonNode choice = whole.get("choices").get(0);
    assertThat(text.toString()).isEqualTo(choice.get("message").get("content").stringValue());
    assertThat(done.get("finish_reason")).isEqualTo(choice.get("finish_reason"));
    assertThat(done.get("stop_reason")).isEqualTo(choice.get("stop_reason"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"temperature\":3 | temperature |",
        "\"max_tokens\":0 | max_tokens |",
        "\"n\":\"1\" | n |",
        "\"priority\":1000 | priority |",
        "\"tools\":[{}] | tools | unsupported_parameter",
        "\"model\":\"other\" | model | model_not_found",
        "\"max_tokens\":100000 | max_tokens | context_length_exceeded",
      })
  void generate_badRequest_isAnsweredAsAPostIs(String fields, String param, String code)
      throws Exception {
    client.send(
        "{\"type\":\"generate\",\"id\":\"a\",\"request\":{%s,\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}}"
            .formatted(fields));
    JsonNode error = error(client.await("error", "a"));

    assertThat(error.propertyNames()).containsExactly("message", "type", "param", "code");
    assertThat(error.get("type").stringValue()).isEqualTo("invalid_request_error");
    assertThat(error.get("param").asString("")).isEqualTo(param);
    assertThat(error.get("code").asString("")).isEqualTo(code == null ? "" : code);
    client.generate("a", "\"max_tokens\":1", 1); // the id is free again
    client.await("done", "a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"type\":\"generate\",\"request\":{}} | | id |",
        "{\"type\":\"cancel\",\"id\":7} | | id |",
        "{\"type\":\"cancel\",\"id\":\"\"} | | id |",
        "{\"type\":\"hello\",\"id\":\"a\"} | a | | unknown_type",
        "{\"id\":\"a\"} | a | | unknown_type",
        "{\"type\":\"generate\",\"id\":\"a\"} | a | request |",
        "{\"type\":\"generate\",\"id\":\"a\",\"request\":[]} | a | request |",
        "{\"type\":\"credit\",\"id\":\"a\",\"n\":1} | a | | stream_not_found",
        "{\"type\":\"cancel\",\"id\":\"a\"} | a | | stream_not_found",
      })
  void frame_thatMeansNothing_isAnsweredAndTheConnectionGoesOn(
      String frame, String id, String param, String code) throws Exception {
    client.send(frame);
    JsonNode answer = client.await(f -> f.get("type").stringValue().equals("error"));

    assertThat(answer.get("id").asString("")).isEqualTo(id == null ? "" : id);
    assertThat(error(answer).get("param").asString("")).isEqualTo(param == null ? "" : param);
    assertThat(error(answer).get("code").asString("")).isEqualTo(code == null ? "" : code);
    client.generate("b", "\"max_tokens\":1", 1);
    client.await("done", "b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ | 1007",
        "[] | 1007",
        "{\"type\":\"cancel\",\"type\":\"cancel\",\"id\":\"a\"} | 1007",
        "{\"type\":\"credit\",\"id\":\"a\",\"n\":0} | 1008",
        "{\"type\":\"credit\",\"id\":\"a\",\"n\":-1} | 1008",
        "{\"type\":\"credit\",\"id\":\"a\",\"n\":4097} | 1008",
        "{\"type\":\"credit\",\"id\":\"a\",\"n\":1.0} | 1008",
        "{\"type\":\"credit\",\"id\":\"a\",\"n\":\"1\"} | 1008",
        "{\"type\":\"credit\",\"id\":\"a\"} | 1008",
        "{\"type\":\"generate\",\"id\":\"b\",\"request\":{},\"credit\":5000} | 1008",
      })
  void frame_thatCannotBeGoneOnAfter_closes(String frame, int status) throws Exception {
    client.generate("a", ENDLESS, 5);
    await().until(() -> client.frames("token", "a").size() == 5);
    client.send(frame);

    assertThat(client.closeStatus()).isEqualTo(status);
  }

  @Test
  void credit_beyondTheCap_closes1008() throws Exception {
    STEPS.drainPermits();
    client.generate("a", ENDLESS, 4096);
    client.credit("a", 1);

    assertThat(client.closeStatus()).isEqualTo(1008);
    STEPS.release(1_000_000);
  }

  @Test
  void binaryFrame_closes1003() throws Exception {
    client.raw().sendBinary(ByteBuffer.allocate(3), true).get(10, TimeUnit.SECONDS);

    assertThat(client.closeStatus()).isEqualTo(1003);
  }

  @Test
  void frame_beyondTheLimit_closes1009() throws Exception {
    client
        .raw()
        .sendText("x".repeat((1 << 20) + 1), true)
        .exceptionally(e -> client.raw()) // it may be cut off while it sends
        .get(10, TimeUnit.SECONDS);

    assertThat(client.closeStatus()).isEqualTo(1009);
  }

  @Test
  void fragments_withoutEnd_close1009() throws Exception {
    for (int i = 0; i <= 1024; i++) {
      client.raw().sendText("x", false).exceptionally(e -> client.raw()).get(10, TimeUnit.SECONDS);
    }

    assertThat(client.closeStatus()).isEqualTo(1009);
  }

  @Test
  void longFrame_inFragments_isTakenAndRefusedAsTooLong() throws Exception {
    String frame =
        "{\"type\":\"generate\",\"id\":\"a\",\"request\":{\"prompt\":\""
            + "x".repeat(900_000)
            + "\"}}";
    for (int i = 0; i < frame.length(); i += 10_000) {
      int end = Math.min(frame.length(), i + 10_000);
      client
          .raw()
          .sendText(frame.substring(i, end), end == frame.length())
          .get(10, TimeUnit.SECONDS);
    }

    assertThat(codeOf("a")).isEqualTo("context_length_exceeded");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4096})
  void longFrameThenCredit_areTakenInOrder(int credit) throws Exception {
    String padding = ",\"metadata\":{\"x\":\"" + "y".repeat(100_000) + "\"}";
    client.generate("a", "\"max_tokens\":20,\"ignore_eos\":true" + padding, 5);
    client.credit("a", Math.min(credit, 4091));
    await().until(() -> client.frames("token", "a").size() == Math.min(20, 5 + credit));

    assertThat(client.frames("error", "a")).isEmpty();
  }

  @Test
  void pings_areAnsweredAndAFloodIsCutOff() throws Exception {
    ByteBuffer content = ByteBuffer.wrap("x".getBytes(StandardCharsets.UTF_8));
    client.raw().sendPing(content).get(10, TimeUnit.SECONDS);
    client.generate("a", "\"max_tokens\":1", 1);
    client.await("done", "a");
    for (int i = 0; i < 100_000 && !client.raw().isOutputClosed(); i++) {
      client.raw().sendPing(content.duplicate()).exceptionally(e -> client.raw()).get();
      if (client.isClosed()) {
        break;
      }
    }

    assertThat(client.closeStatus()).isEqualTo(1008);
  }

  @Test
  void id_thatIsInUse_isRefusedAndTheStreamGoesOn() throws Exception {
    client.generate("a", "\"max_tokens\":40,\"ignore_eos\":true", 5);
    await().until(() -> client.frames("token", "a").size() == 5);
    client.generate("a", "\"max_tokens\":1", 5);
    assertThat(codeOf("a")).isEqualTo("duplicate_id");

    client.credit("a", 35);
    assertThat(client.await("done", "a").get("usage").get("completion_tokens").intValue())
        .isEqualTo(40);
    client.frames().clear();
    client.generate("a", "\"max_tokens\":1", 5);
    client.await("done", "a");
  }

  @Test
  void cancel_endsByDoneAndNothingAfter() throws Exception {
    client.generate("a", ENDLESS, 5);
    await().until(() -> client.frames("token", "a").size() == 5);
    client.cancel("a");
    JsonNode done = client.await("done", "a");

    assertThat(done.get("finish_reason").stringValue()).isEqualTo("cancelled");
    assertThat(done.get("usage").get("completion_tokens").intValue()).isEqualTo(5);
    client.credit("a", 5);
    assertThat(codeOf("a")).isEqualTo("stream_not_found");
    assertThat(client.frames("token", "a")).hasSize(5);
  }

  @Test
  void streams_beyondTheLimit_areRefused() throws Exception {
    STEPS.drainPermits();
    for (int i = 0; i < 100; i++) {
      client.generate("s" + i, "\"max_tokens\":1", 1);
    }
    client.generate("late", "\"max_tokens\":1", 1);
    assertThat(codeOf("late")).isEqualTo("too_many_streams");

    STEPS.release(1_000_000);
  }

  @Test
  void queue_tellsPositions() throws Exception {
    STEPS.drainPermits();
    for (int i = 0; i < 18; i++) { // 16 run at a time
      client.generate("s" + i, "\"max_tokens\":2,\"ignore_eos\":true", 2);
    }
    await().until(() -> server.bean(OpenRequests.class).count() == 18);
    await().until(() -> server.bean(ModelHolder.class).require().engine().queuedRequests() >= 2);
    STEPS.release(1);
    assertThat(
            client
                .await(
                    frame -> frame.has("state") && frame.get("state").asString().equals("queued"))
                .get("position")
                .isIntegralNumber())
        .isTrue();
    STEPS.release(1_000_000);

    for (int i = 0; i < 18; i++) {
      client.await("done", "s" + i);
    }
  }

  @Test
  void socket_thatNobodyReads_holdsItsStreamsBackAndLosesNothing() throws Exception {
    try (SocketClient silent = SocketClient.openWithoutReading(server)) {
      String wide = ENDLESS + ",\"logprobs\":true,\"top_logprobs\":20";
      for (int i = 0; i < 30; i++) {
        silent.generate("s" + i, wide, 4096);
      }
      client.generate("a", ENDLESS, 4096);
      client.await("done", "a");

      silent.read();
      for (int i = 0; i < 30; i++) {
        silent.await("done", "s" + i);
        assertThat(silent.frames("token", "s" + i)).hasSize(400);
      }
    }
  }
}
