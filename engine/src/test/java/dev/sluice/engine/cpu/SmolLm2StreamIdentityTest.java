package dev.sluice.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineConfig;
import dev.sluice.engine.EngineObserver;
import dev.sluice.engine.GenerationRequest;
import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendOptions;
import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.ModelFiles;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.template.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

/**
 * The real model's chats: eight mixed ones give the same tokens together as alone, whatever is
 * preempted or found in the prefix cache on the way.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SmolLm2StreamIdentityTest {
  private static final String MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf";
  private static final int MAX_TOKENS = 40;
  private static final int BLOCK_SIZE = 16;
  private static final int CONTEXT = 512;
  private static final int ROOMY = 128;

  /** Blocks that hold the longest chat and little more. */
  private static final int TIGHT = 18;

  private static final List<String> QUESTIONS =
      List.of(
          "Hi!",
          "What is the capital of France?",
          "Write a haiku about the sea.",
          "List three uses of a paper clip, each in one short sentence.",
          "Translate into German: the weather is lovely today, let us go for a walk.",
          "Explain to a child why the sky is blue. " + "Use only short words. ".repeat(4),
          "Continue the sequence and say what its rule is: 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89",
          "Summarise: " + "A sluice lets water through only as fast as it is drawn. ".repeat(9));

  private LoadedModel model;
  private List<List<Integer>> alone = List.of();

  @BeforeAll
  void runAlone() throws IOException {
    String home = System.getenv("SLUICE_HOME");
    Path base =
        home == null ? Path.of(System.getProperty("user.home"), ".cache/sluice") : Path.of(home);
    Path path = base.resolve("models").resolve(MODEL);
    assumeTrue(Files.exists(path), "no model; run ./sluice pull smollm2-135m");
    model = ModelFiles.open(path);
    try (Engine engine = start(ROOMY, false)) {
      alone = requests().stream().map(request -> run(engine, List.of(request)).getFirst()).toList();
    }
  }

  @AfterAll
  void close() throws IOException {
    if (model != null) {
      model.close();
    }
  }

  private Engine start(int blocks, boolean prefixCaching) {
    int chats = QUESTIONS.size();
    Backend backend =
        new CpuBackendProvider()
            .open(model, new BackendOptions(2, BLOCK_SIZE, blocks, CONTEXT, chats, CONTEXT));
    return Engine.start(
        new EngineConfig(chats, CONTEXT, CONTEXT, prefixCaching, 100, Duration.ofMinutes(1), 16),
        backend,
        model.tokenizer().eosIds(),
        EngineObserver.NONE);
  }

  private List<GenerationRequest> requests() {
    return IntStream.range(0, QUESTIONS.size())
        .mapToObj(i ->
            new GenerationRequest(
                "chat" + i, prompt(QUESTIONS.get(i)), sampling(i), OptionalInt.empty()))
        .toList();
  }

  private int[] prompt(String question) {
    ChatTemplate template = Objects.requireNonNull(model.chatTemplate());
    return model
        .tokenizer()
        .encode(
            template.render(
                List.of(Map.of("role", "user", "content", question)),
                Map.of("add_generation_prompt", true)));
  }

  /** In turn greedy, warm, greedy with penalties, and warm with penalties and truncation. */
  private static SamplingParams sampling(int i) {
    boolean warm = i % 2 == 1;
    boolean penalised = i % 4 >= 2;
    return new SamplingParams(
        warm ? 0.9f : 0f,
        warm && penalised ? 50 : 0,
        warm && penalised ? 0.9f : 1f,
        0f,
        penalised ? 1.15f : 1f,
        penalised ? 0.3f : 0f,
        penalised ? 0.2f : 0f,
        new int[0],
        new float[0],
        1000L + i,
        0,
        MAX_TOKENS,
        0,
        new int[0],
        true, // short answers would leave nothing to preempt
        OptionalInt.empty());
  }

  private List<List<Integer>> run(Engine engine, List<GenerationRequest> requests) {
    return Flux.fromIterable(requests)
        .flatMapSequential(
            request -> engine.open(request).map(TokenEvent::tokenId).collectList(),
            QUESTIONS.size())
        .collectList()
        .toFuture()
        .join();
  }

  @ParameterizedTest(name = "prefix caching {0}")
  @CsvSource({"false", "true"})
  void chats_together_giveTheSameTokensAsAlone(boolean prefixCaching) {
    try (Engine engine = start(ROOMY, prefixCaching)) {
      assertThat(run(engine, requests())).isEqualTo(alone);
      assertThat(run(engine, requests())).as("once more").isEqualTo(alone);
      engine.shutdown(Duration.ofSeconds(5)); // its snapshot is exact once its thread has ended
      assertThat(engine.snapshot().prefixHitTokens() > 0).isEqualTo(prefixCaching);
      assertThat(engine.snapshot().preemptions()).isZero();
    }
  }

  @ParameterizedTest(name = "prefix caching {0}")
  @CsvSource({"false", "true"})
  void chats_inACacheTooSmall_arePreemptedAndGiveTheSameTokens(boolean prefixCaching) {
    try (Engine engine = start(TIGHT, prefixCaching)) {
      assertThat(run(engine, requests())).isEqualTo(alone);
      engine.shutdown(Duration.ofSeconds(5));
      assertThat(engine.snapshot().preemptions()).isPositive();
      assertThat(engine.snapshot().usedBlocks()).isZero();
    }
  }

  @Test
  void chats_alone_areNotAllTheSame() {
    assertThat(alone.stream().distinct()).hasSizeGreaterThan(QUESTIONS.size() / 2);
  }
}
