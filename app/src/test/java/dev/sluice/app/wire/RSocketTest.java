package dev.sluice.app.wire;

import static dev.sluice.app.ServerHarness.chat;
import static dev.sluice.app.ServerHarness.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import dev.sluice.app.lifecycle.OpenRequests;
import dev.sluice.engine.EngineSnapshot;
import dev.sluice.spring.ModelHolder;
import io.rsocket.Payload;
import io.rsocket.exceptions.InvalidException;
import io.rsocket.exceptions.RejectedSetupException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** What is RSocket's own, beside what holds on every wire that carries credits. */
final class RSocketTest {
  private static final String CHAT = "v1.chat.completions";
  private static final String ENDLESS = "\"ignore_eos\":true,\"seed\":7,\"max_tokens\":400";

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness open;

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness keyed;

  @BeforeAll
  static void start() throws Exception {
    open = ServerHarness.start(new Script());
    keyed = ServerHarness.start(new Script(), "sluice.api-key[0]=one", "sluice.api-key[1]=two");
  }

  @AfterAll
  static void stop() {
    open.close();
    keyed.close();
  }

  @AfterEach
  void nothingIsLeft() {
    for (ServerHarness server : List.of(open, keyed)) {
      await().until(() -> snapshot(server).usedBlocks() == 0);
      await().until(() -> server.bean(OpenRequests.class).count() == 0);
    }
  }

  private static EngineSnapshot snapshot(ServerHarness server) {
    return server.bean(ModelHolder.class).require().engine().snapshot();
  }

  private static List<JsonNode> all(RSocketClient client, String route, String body) {
    List<JsonNode> items =
        client.stream(route, body)
            .map(RSocketTest::item)
            .collectList()
            .block(Duration.ofSeconds(20));
    return items == null ? new ArrayList<>() : items;
  }

  private static JsonNode item(Payload payload) {
    JsonNode item = json(payload.getDataUtf8());
    payload.release();
    return item;
  }

  private static JsonNode error(Throwable failure) {
    return json(String.valueOf(failure.getMessage())).get("error");
  }

  private static JsonNode refusal(RSocketClient client, String route, String body) {
    Throwable[] failure = new Throwable[1];
    client.stream(route, body).doOnError(e -> failure[0] = e).onErrorComplete().blockLast();
    assertThat(failure[0]).isInstanceOf(InvalidException.class);
    return error(failure[0]);
  }

  @Test
  void items_areTokens_withRoleFinishAndUsageOnThem() {
    try (RSocketClient client = RSocketClient.open(open)) {
      String fields = "\"max_tokens\":6,\"ignore_eos\":true,\"seed\":3";
      String usage = ",\"stream_options\":{\"include_usage\":true}";
      List<JsonNode> items = all(client, CHAT, chat(fields + usage));

      assertThat(items).hasSize(6);
      assertThat(items.getFirst().at("/choices/0/delta/role").asString("")).isEqualTo("assistant");
      assertThat(items.get(1).at("/choices/0/delta").has("role")).isFalse();
      assertThat(items.get(4).at("/choices/0/finish_reason").isNull()).isTrue();
      assertThat(items.get(5).at("/choices/0/finish_reason").asString("")).isEqualTo("length");
      assertThat(items.get(5).at("/usage/completion_tokens").asInt(0)).isEqualTo(6);
      assertThat(items.get(5).has("system_fingerprint")).isTrue();
      assertThat(items.get(4).has("usage")).isFalse();
      assertThat(all(client, CHAT, chat(fields)).getLast().has("usage")).isFalse();
    }
  }

  @Test
  void choices_areTokensToo_andUsageIsOnTheVeryLast() {
    try (RSocketClient client = RSocketClient.open(open)) {
      String fields = "\"n\":3,\"max_tokens\":4,\"ignore_eos\":true";
      String usage = ",\"stream_options\":{\"include_usage\":true}";
      List<JsonNode> items = all(client, CHAT, chat(fields + usage));

      assertThat(items).hasSize(12);
      assertThat(items.stream().filter(i -> i.at("/choices/0/delta").has("role"))).hasSize(3);
      assertThat(items.stream().filter(i -> i.has("usage"))).containsExactly(items.getLast());
      assertThat(items.getLast().at("/usage/completion_tokens").asInt(0)).isEqualTo(12);
    }
  }

  @Test
  void completions_haveARouteToo() {
    try (RSocketClient client = RSocketClient.open(open)) {
      List<JsonNode> items =
          all(client, "v1.completions", "{\"prompt\":\"a\",\"max_tokens\":3,\"ignore_eos\":true}");

      assertThat(items).hasSize(3);
      assertThat(items.getFirst().get("object").asString("")).isEqualTo("text_completion");
    }
  }

  @Test
  void text_isThatOfTheHttpRoute() throws Exception {
    try (RSocketClient client = RSocketClient.open(open)) {
      String text = "";
      for (JsonNode item : all(client, CHAT, chat(ENDLESS))) {
        text += item.at("/choices/0/delta/content").asString("");
      }
      JsonNode http = json(open.post("/v1/chat/completions", chat(ENDLESS)).body());

      assertThat(text).isEqualTo(http.at("/choices/0/message/content").asString(""));
    }
  }

  @Test
  void request_thatIsWrong_isRefusedByTheErrorBody() {
    try (RSocketClient client = RSocketClient.open(open)) {
      JsonNode error = refusal(client, CHAT, chat("\"temperature\":3"));
      assertThat(error.get("param").asString("")).isEqualTo("temperature");
      assertThat(error.get("type").asString("")).isEqualTo("invalid_request_error");
      assertThat(refusal(client, CHAT, "{").get("code").asString("")).isEqualTo("invalid_json");
      assertThat(refusal(client, "nowhere", "{}").get("code").asString(""))
          .isEqualTo("route_not_found");
      assertThat(refusal(client, "", "{}").get("code").asString("")).isEqualTo("route_not_found");
    }
  }

  @Test
  void interaction_otherThanAStream_isRefused() {
    try (RSocketClient client = RSocketClient.open(open)) {
      assertThatThrownBy(() ->
              client
                  .socket()
                  .requestResponse(RSocketClient.payload(CHAT, chat("")))
                  .block(Duration.ofSeconds(20)))
          .hasMessageContaining("requestStream");
      assertThatThrownBy(() ->
              client
                  .socket()
                  .requestChannel(Mono.fromCallable(() -> RSocketClient.payload(CHAT, "{}")))
                  .blockLast(Duration.ofSeconds(20)))
          .hasMessageContaining("requestStream");
      assertThat(all(client, CHAT, chat("\"max_tokens\":1"))).hasSize(1);
    }
  }

  @Test
  void key_inTheSetupOrTheHandshake_opens() {
    try (RSocketClient setup =
            RSocketClient.open(
                keyed,
                headers -> {},
                connector ->
                    RSocketClient.bearer("two")
                        .apply(connector)); // routes are not this connection's metadata
        RSocketClient handshake =
            RSocketClient.open(
                keyed,
                headers -> headers.set("Authorization", "Bearer one"),
                UnaryOperator.identity())) {
      assertThat(refusal(setup, "", "{}").get("code").asString("")).isEqualTo("route_not_found");
      assertThat(all(handshake, CHAT, chat("\"max_tokens\":1"))).hasSize(1);
    }
  }

  @Test
  void key_missingOrWrong_isARejectedSetup() {
    for (UnaryOperator<io.rsocket.core.RSocketConnector> setup :
        List.of(
            RSocketClient.bearer("three"),
            UnaryOperator.<io.rsocket.core.RSocketConnector>identity())) {
      try (RSocketClient client = RSocketClient.open(keyed, headers -> {}, setup)) {
        Throwable failure =
            client
                .socket()
                .onClose()
                .then(Mono.<Throwable>empty())
                .onErrorResume(Mono::just)
                .block(Duration.ofSeconds(20));
        assertThat(failure).isInstanceOf(RejectedSetupException.class);
        assertThat(error(failure).get("code").asString("")).isEqualTo("invalid_api_key");
        assertThat(error(failure).get("type").asString("")).isEqualTo("authentication_error");
      }
    }
  }

  @Test
  void key_wrongInTheHandshake_is401AndNoSocket() {
    assertThatThrownBy(() ->
            RSocketClient.open(
                    keyed,
                    headers -> headers.set("Authorization", "Bearer three"),
                    RSocketClient.bearer("two"))
                .close())
        .hasMessageContaining("401");
  }

  @Test
  void origin_foreign_is403() {
    for (ServerHarness server : List.of(open, keyed)) {
      assertThatThrownBy(() ->
              RSocketClient.open(
                      server,
                      headers -> headers.set("Origin", "http://evil.example"),
                      UnaryOperator.identity())
                  .close())
          .hasMessageContaining("403");
    }
  }

  @Test
  void setup_withAnotherDataType_isRejectedByName() {
    try (RSocketClient client =
        RSocketClient.open(
            open, headers -> {}, connector -> connector.dataMimeType("application/cbor"))) {
      assertThatThrownBy(() -> client.socket().onClose().block(Duration.ofSeconds(20)))
          .hasMessageContaining("application/cbor")
          .hasMessageContaining("must be application/json");
    }
  }

  @Test
  void payload_overTheLimit_isRefusedAndHarmsNobodyElse() {
    try (RSocketClient big = RSocketClient.open(open);
        RSocketClient other = RSocketClient.open(open)) {
      String content = "x".repeat(2 << 20);
      assertThatThrownBy(() ->
              big.stream(CHAT, "{\"messages\":[{\"role\":\"user\",\"content\":\"" + content)
                  .blockLast(Duration.ofSeconds(20)))
          .isNotNull();
      assertThat(all(other, CHAT, chat("\"max_tokens\":1"))).hasSize(1);
    }
  }

  @Test
  void streams_moreThanTheLimit_areRefused() {
    try (RSocketClient client = RSocketClient.open(open)) {
      List<RSocketWire.Stream> streams = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        RSocketWire.Stream stream = new RSocketWire.Stream(1);
        client.stream(CHAT, chat(ENDLESS)).subscribe(stream);
        streams.add(stream);
      }
      await().until(() -> streams.stream().allMatch(stream -> stream.tokens().size() == 1));
      for (int i = 60; i <= 100; i++) {
        RSocketWire.Stream stream = new RSocketWire.Stream(1);
        client.stream(CHAT, chat(ENDLESS)).subscribe(stream);
        streams.add(stream);
      }
      await()
          .until(() ->
              streams.getLast().isDisposed() && "too_many_streams".equals(streams.getLast().end()));
    }
  }
}
