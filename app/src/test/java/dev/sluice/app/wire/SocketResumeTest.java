package dev.sluice.app.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import dev.sluice.engine.EngineSnapshot;
import dev.sluice.spring.ModelHolder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Streams over WebSockets whose readers come back by another connection. */
final class SocketResumeTest {
  private static final int TOKENS = 300;
  private static final String REQUEST =
      ServerHarness.chat("\"seed\":7,\"ignore_eos\":true,\"max_tokens\":" + TOKENS);

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness server;

  @BeforeAll
  static void start() throws Exception {
    server =
        ServerHarness.start(new Script(), "sluice.api-key=one,two", "sluice.resume-grace=1500ms");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void everythingIsGivenBack() {
    await().until(() -> snapshot().usedBlocks() == 0);
  }

  private static EngineSnapshot snapshot() {
    return server.bean(ModelHolder.class).require().engine().snapshot();
  }

  private static SocketClient open(String key) throws Exception {
    return SocketClient.open(server, Map.of("Authorization", "Bearer " + key), "sluice.v1");
  }

  private static void generate(SocketClient client, int credit) throws Exception {
    client.send(
        "{\"type\":\"generate\",\"id\":\"a\",\"resumable\":true,\"credit\":%d,\"request\":%s}"
            .formatted(credit, REQUEST));
  }

  private static void resume(SocketClient client, String id, String stream, int after, int credit)
      throws Exception {
    client.send(
        "{\"type\":\"resume\",\"id\":\"%s\",\"stream\":\"%s\",\"after\":%d,\"credit\":%d}"
            .formatted(id, stream, after, credit));
  }

  private static String opened(SocketClient client, String id) {
    return client.await("opened", id).get("stream").stringValue();
  }

  private static List<String> texts(SocketClient client, String id) {
    return client.frames("token", id).stream()
        .map(token -> token.get("seq").intValue() + token.get("delta").stringValue())
        .toList();
  }

  private static void awaitTokens(SocketClient client, String id, int count) {
    await().until(() -> client.frames("token", id).size() == count);
  }

  @Test
  void reader_thatComesBackAgainAndAgain_getsTheUninterruptedStream() throws Exception {
    List<String> whole;
    JsonNode end;
    try (SocketClient client = open("one")) {
      client.generate("a", "\"seed\":7,\"ignore_eos\":true,\"max_tokens\":" + TOKENS, 4096);
      end = client.await("done", "a");
      whole = texts(client, "a");
      assertThat(client.frames("opened", "a")).as("only of resumable ones").isEmpty();
    }
    List<String> pieces = new ArrayList<>();
    String stream;
    try (SocketClient client = open("one")) {
      generate(client, 30);
      stream = opened(client, "a");
      awaitTokens(client, "a", 30);
      pieces.addAll(texts(client, "a"));
    }
    while (pieces.size() < TOKENS) {
      int credit = Math.min(77, TOKENS - pieces.size());
      try (SocketClient client = open("one")) {
        resume(client, "b", stream, pieces.size() - 1, credit);
        assertThat(opened(client, "b")).isEqualTo(stream);
        awaitTokens(client, "b", credit);
        pieces.addAll(texts(client, "b"));
      }
    }
    assertThat(pieces).isEqualTo(whole);
    try (SocketClient client = open("one")) { // what was lost on the way is kept, and its end
      resume(client, "c", stream, TOKENS - 3, 10);
      JsonNode done = client.await("done", "c");
      assertThat(texts(client, "c")).isEqualTo(whole.subList(TOKENS - 2, TOKENS));
      assertThat(done.get("finish_reason")).isEqualTo(end.get("finish_reason"));
      assertThat(done.get("usage").get("completion_tokens").intValue()).isEqualTo(TOKENS);
    }
  }

  @Test
  void readerAway_sequenceStandsStillAndThenIsGivenUp() throws Exception {
    String stream;
    try (SocketClient client = open("one")) {
      generate(client, 20);
      stream = opened(client, "a");
      awaitTokens(client, "a", 20);
    }
    await().until(() -> snapshot().usedBlocks() == 0);
    try (SocketClient client = open("one")) {
      resume(client, "a", stream, 19, 10);
      assertThat(codeOf(client, "a")).isEqualTo("stream_not_found");
    }
  }

  @Test
  void secondReader_takesOverWithItsOwnCreditAndTheFirstIsTold() throws Exception {
    try (SocketClient first = open("one");
        SocketClient second = open("one")) {
      generate(first, 20);
      String stream = opened(first, "a");
      awaitTokens(first, "a", 20);
      resume(second, "a", stream, 9, 15);

      assertThat(codeOf(first, "a")).isEqualTo("stream_taken_over");
      awaitTokens(second, "a", 15);
      assertThat(texts(second, "a").getFirst()).startsWith("10");
      assertThat(second.await("state", "a")).isNotNull();
      second.cancel("a");
      assertThat(second.await("done", "a").get("finish_reason").stringValue())
          .isEqualTo("cancelled");
      await().until(() -> snapshot().usedBlocks() == 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "two, 5, 10, stream_not_found, ''",
    "one, 100000, 10, '', after",
    "one, -2, 10, '', after",
  })
  void resume_thatCantBe_isRefused(String key, int after, int credit, String code, String param)
      throws Exception {
    try (SocketClient first = open("one");
        SocketClient second = open(key)) {
      generate(first, 20);
      String stream = opened(first, "a");
      awaitTokens(first, "a", 20);
      resume(second, "b", stream, after, credit);

      JsonNode error = second.await("error", "b").get("error");
      assertThat(error.get("code").asString("")).isEqualTo(code);
      assertThat(error.get("param").asString("")).isEqualTo(param);
      if (param.isEmpty()) {
        first.credit("a", 5);
        awaitTokens(first, "a", 25); // nobody took it away
      }
    }
  }

  private static String codeOf(SocketClient client, String id) {
    return client.await("error", id).get("error").get("code").asString("");
  }
}
