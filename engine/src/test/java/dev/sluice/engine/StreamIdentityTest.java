package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendOptions;
import dev.sluice.engine.backend.BackendProvider;
import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.ModelFiles;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.testkit.TinyModel;
import dev.sluice.engine.tokenizer.PromptText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;

/**
 * The engine over the CPU backend: chats give the same tokens together as alone, whatever is
 * preempted, chunked or found in the prefix cache on the way.
 */
class StreamIdentityTest {
  private static final int CHATS = 8;
  private static final int MAX_TOKENS = 48;
  private static final int BLOCK_SIZE = 16;
  private static final int ROOMY = 512;

  /** Blocks that hold the longest chat and little more. */
  private static final int TIGHT = 22;

  @TempDir private static Path folder;
  private static Path modelFile = Path.of("");
  private static List<List<Integer>> alone = List.of();

  @BeforeAll
  static void runAlone() throws IOException {
    modelFile = TinyModel.write(folder);
    try (LoadedModel model = ModelFiles.open(modelFile);
        Engine engine = start(model, ROOMY, 128, false)) {
      alone =
          requests(model).stream()
              .map(request -> run(engine, List.of(request)).getFirst())
              .toList();
    }
  }

  private static Engine start(
      LoadedModel model, int blocks, int maxBatchedTokens, boolean prefixCaching) {
    BackendProvider provider = ServiceLoader.load(BackendProvider.class).iterator().next();
    Backend backend =
        provider.open(
            model,
            new BackendOptions(2, BLOCK_SIZE, blocks, maxBatchedTokens, CHATS, TinyModel.CONTEXT));
    return Engine.start(
        new EngineConfig(
            CHATS,
            maxBatchedTokens,
            TinyModel.CONTEXT,
            prefixCaching,
            100,
            Duration.ofMinutes(1),
            16),
        backend,
        model.tokenizer().eosIds(),
        EngineObserver.NONE);
  }

  /** Chats of different lengths and ways of sampling that begin alike. */
  private static List<GenerationRequest> requests(LoadedModel model) {
    return IntStream.range(0, CHATS)
        .mapToObj(i ->
            new GenerationRequest(
                "chat" + i,
                model
                    .tokenizer()
                    .encode(
                        PromptText.untrusted(
                            "hello world, we all begin alike. " + "And go on. ".repeat(3 * i))),
                i % 2 == 0 ? SamplingParams.greedy(MAX_TOKENS) : sampled(i),
                OptionalInt.empty()))
        .toList();
  }

  private static SamplingParams sampled(long seed) {
    return new SamplingParams(
        1f,
        40,
        0.95f,
        0f,
        1.1f,
        0.2f,
        0.1f,
        new int[0],
        new float[0],
        seed,
        0,
        MAX_TOKENS,
        0,
        new int[0],
        false,
        OptionalInt.empty());
  }

  private static List<List<Integer>> run(Engine engine, List<GenerationRequest> requests) {
    return Flux.fromIterable(requests)
        .flatMapSequential(
            request -> engine.open(request).map(TokenEvent::tokenId).collectList(), CHATS)
        .collectList()
        .toFuture()
        .join();
  }

  @ParameterizedTest(name = "step of {0} tokens, prefix caching {1}")
  @CsvSource({"8,false", "8,true", "15,false", "15,true", "72,false", "72,true"})
  void chats_togetherInChunks_giveTheSameTokensAsAlone(int maxBatchedTokens, boolean prefixCaching)
      throws IOException {
    try (LoadedModel model = ModelFiles.open(modelFile);
        Engine engine = start(model, ROOMY, maxBatchedTokens, prefixCaching)) {
      assertThat(run(engine, requests(model))).isEqualTo(alone);
      assertThat(run(engine, requests(model))).as("once more").isEqualTo(alone);
      engine.shutdown(Duration.ofSeconds(5));
      assertThat(engine.snapshot().prefixHitTokens() > 0).isEqualTo(prefixCaching);
      assertThat(engine.snapshot().preemptions()).isZero();
    }
  }

  @ParameterizedTest(name = "prefix caching {0}")
  @CsvSource({"false", "true"})
  void chats_inACacheTooSmall_arePreemptedAndGiveTheSameTokens(boolean prefixCaching)
      throws IOException {
    try (LoadedModel model = ModelFiles.open(modelFile);
        Engine engine = start(model, TIGHT, 72, prefixCaching)) {
      assertThat(run(engine, requests(model))).isEqualTo(alone);
      engine.shutdown(
          Duration.ofSeconds(5)); // what it says of itself is exact once its thread has ended
      assertThat(engine.snapshot().preemptions()).isPositive();
      assertThat(engine.snapshot().usedBlocks()).isZero();
    }
  }

  @Test
  void chats_alone_areNotAllTheSame() {
    assertThat(alone.stream().distinct()).hasSizeGreaterThan(CHATS / 2);
  }
}
