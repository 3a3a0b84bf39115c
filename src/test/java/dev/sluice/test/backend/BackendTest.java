package dev.sluice.test.backend;

import static dev.sluice.app.ServerHarness.chat;
import static dev.sluice.app.ServerHarness.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import dev.sluice.engine.EngineSnapshot;
import dev.sluice.engine.GenerationRequest;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.spring.ModelHolder;
import dev.sluice.spring.SluiceChatModel;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.messaging.rsocket.RSocketRequester;
import org.springframework.messaging.rsocket.RSocketStrategies;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/** Over RSocket, over HTTP, or inside the application: each reader's demand paces the engine. */
final class BackendTest {
  private static final int LOOKAHEAD = 16;
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String FIELDS =
      "\"temperature\":0,\"seed\":0,\"ignore_eos\":true,\"max_tokens\":60";
  private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT =
      new ParameterizedTypeReference<>() {};

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness server;

  @SuppressWarnings("NullAway.Init")
  private static String text;

  private long generatedBefore;

  @BeforeAll
  static void start() throws Exception {
    server = ServerHarness.start(new Script());
    text =
        json(server.post("/v1/chat/completions", chat(FIELDS)).body())
            .at("/choices/0/message/content")
            .asString("");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void count() {
    await().until(() -> snapshot().usedBlocks() == 0);
    generatedBefore = snapshot().generatedTokens();
  }

  @AfterEach
  void nothingIsHeld() {
    await().until(() -> snapshot().usedBlocks() == 0);
  }

  private static EngineSnapshot snapshot() {
    return server.bean(ModelHolder.class).require().engine().snapshot();
  }

  private long generated() {
    return snapshot().generatedTokens() - generatedBefore;
  }

  private static void awaitStalled() {
    await()
        .until(() -> {
          EngineSnapshot now = snapshot();
          return now.stalled() + now.paused() == 1 && now.running() + now.waiting() == 0;
        });
  }

  /** A reader that takes what it asks for. */
  private static final class Reader<T> extends BaseSubscriber<T> {
    private final List<T> items = new CopyOnWriteArrayList<>();

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      // asks for nothing yet
    }

    @Override
    protected void hookOnNext(T item) {
      items.add(item);
    }
  }

  /** Five tokens, a pause that the engine keeps too, seven more, and a cancel. */
  private <T> void assertPaces(Flux<T> stream) {
    Reader<T> reader = new Reader<>();
    stream.subscribe(reader);
    reader.request(5);
    await().until(() -> reader.items.size() == 5);
    awaitStalled();
    assertThat(reader.items).hasSize(5);
    assertThat(generated()).isBetween(5L, 5L + LOOKAHEAD);

    reader.request(7);
    await().until(() -> reader.items.size() == 12);
    awaitStalled();
    assertThat(reader.items).hasSize(12);
    assertThat(generated()).isBetween(12L, 12L + LOOKAHEAD);

    reader.cancel();
    await().until(() -> snapshot().usedBlocks() == 0);
    assertThat(generated()).isLessThanOrEqualTo(12 + LOOKAHEAD);
  }

  private static RSocketRequester requester() {
    return RSocketRequester.builder()
        .rsocketStrategies(RSocketStrategies.create())
        .dataMimeType(MediaType.APPLICATION_JSON)
        .websocket(URI.create("ws://127.0.0.1:" + server.port() + "/rsocket"));
  }

  @Test
  void rsocket_pacesTheEngineAndGivesTheSameText() {
    RSocketRequester requester = requester();
    try {
      Flux<String> stream =
          requester.route("v1.chat.completions").data(chat(FIELDS)).retrieveFlux(String.class);
      assertPaces(stream);
      assertThat(
              stream
                  .map(item -> json(item).at("/choices/0/delta/content").asString(""))
                  .reduce(String::concat)
                  .block(LIMIT))
          .isEqualTo(text);
    } finally {
      requester.dispose();
    }
  }

  /** SSE has no demand of its own, so its reader grants by further requests. */
  @Test
  void webClient_pacesTheEngineByCredits() {
    WebClient client = WebClient.create("http://127.0.0.1:" + server.port());
    AtomicReference<String> id = new AtomicReference<>("");
    Flux<String> tokens =
        client
            .post()
            .uri("/v1/chat/completions")
            .contentType(MediaType.APPLICATION_JSON)
            .header("X-Stream-Credit", "5")
            .bodyValue(chat(FIELDS + ",\"stream\":true"))
            .exchangeToFlux(response -> {
              id.set(response.headers().header("X-Stream-Id").getFirst());
              return response.bodyToFlux(EVENT);
            })
            .mapNotNull(ServerSentEvent::data)
            .takeUntil("[DONE]"::equals)
            .filter(data -> data.startsWith("{"))
            .map(data -> json(data).at("/choices/0/delta"))
            .filter(delta -> !delta.has("role"))
            .map(delta -> delta.get("content").asString(""));
    Reader<String> reader = new Reader<>();
    tokens.subscribe(reader);
    reader.requestUnbounded();
    await().until(() -> reader.items.size() == 5);
    awaitStalled();
    assertThat(reader.items).hasSize(5);
    assertThat(generated()).isBetween(5L, 5L + LOOKAHEAD);

    client
        .post()
        .uri("/v1/streams/{id}/credit", id.get())
        .contentType(MediaType.APPLICATION_JSON)
        .bodyValue("{\"n\":55}")
        .retrieve()
        .toBodilessEntity()
        .block(LIMIT);
    await().until(() -> reader.items.size() == 60);
    assertThat(String.join("", reader.items)).isEqualTo(text);
  }

  @Test
  void engine_inProcess_isPacedByItsSubscriber() {
    GenerationRequest request =
        new GenerationRequest(
            "sample", new int[] {104, 105}, SamplingParams.greedy(60), OptionalInt.empty());
    Flux<TokenEvent> stream = server.bean(ModelHolder.class).require().engine().open(request);
    StepVerifier.create(stream, 3)
        .expectNextCount(3)
        .then(() -> await().until(() -> snapshot().running() == 0))
        .thenRequest(2)
        .expectNextCount(2)
        .thenCancel()
        .verify(LIMIT);
    assertThat(generated()).isLessThanOrEqualTo(5 + LOOKAHEAD);
  }

  private static Prompt prompt() {
    return new Prompt("hi", ChatOptions.builder().temperature(0.0).maxTokens(60).build());
  }

  @Test
  void springAi_pacesTheEngine_callsAndCountsUsage() {
    SluiceChatModel model = server.bean(SluiceChatModel.class);
    assertPaces(model.stream(prompt()));

    ChatResponse whole = model.call(prompt());
    assertThat(text).startsWith(content(whole));
    assertThat(content(whole)).isNotEmpty();
    assertThat(whole.getMetadata().getUsage().getPromptTokens()).isPositive();
    assertThat(whole.getMetadata().getUsage().getCompletionTokens()).isBetween(1, 60);
  }

  private static String content(ChatResponse response) {
    return String.valueOf(Objects.requireNonNull(response.getResult()).getOutput().getText());
  }

  @Test
  void springAi_callWhereNothingMayBlock_isRefused() {
    SluiceChatModel model = server.bean(SluiceChatModel.class);
    assertThatThrownBy(() ->
            Mono.fromCallable(() -> model.call(prompt()))
                .subscribeOn(Schedulers.parallel())
                .block(LIMIT))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("use stream(Prompt)");
  }
}
