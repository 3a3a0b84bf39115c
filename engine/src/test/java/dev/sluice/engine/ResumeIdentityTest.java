package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendOptions;
import dev.sluice.engine.backend.BackendProvider;
import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.ModelFiles;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.LadderConfig;
import dev.sluice.engine.stream.StreamState;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.testkit.TinyModel;
import dev.sluice.engine.tokenizer.PromptText;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The engine over the CPU backend, with readers that stop until their sequence has been preempted
 * and then come back: each gets the tokens that it would have had.
 */
class ResumeIdentityTest {
  private static final int STREAMS = 48;
  private static final int AT_ONCE = 8;
  private static final int MAX_TOKENS = 40;
  private static final int LOOKAHEAD = 4;
  private static final int BLOCK_SIZE = 16;
  private static final int BLOCKS = 256;
  private static final Duration LONG = Duration.ofSeconds(60);

  /** Takes the blocks of a stalled sequence within milliseconds, so that the test need not wait. */
  private static final LadderConfig HASTY =
      LadderConfig.of(
          3,
          Duration.ofMillis(1),
          Duration.ofMillis(2),
          Duration.ofMillis(2),
          Duration.ofMinutes(2),
          Duration.ofMinutes(2));

  @TempDir private static Path folder;
  private static Path modelFile = Path.of("");
  private static List<List<Integer>> undisturbed = List.of();

  @BeforeAll
  static void runUndisturbed() throws IOException {
    modelFile = TinyModel.write(folder);
    try (LoadedModel model = ModelFiles.open(modelFile);
        Engine engine = start(model, 0, null, 128, false)) {
      undisturbed =
          Flux.fromIterable(requests(model))
              .concatMap(request -> engine.open(request).map(TokenEvent::tokenId).collectList())
              .collectList()
              .toFuture()
              .join();
    }
  }

  private static Engine start(
      LoadedModel model,
      int tierBlocks,
      @Nullable Path tierFolder,
      int maxBatchedTokens,
      boolean prefixCaching) {
    BackendProvider provider = ServiceLoader.load(BackendProvider.class).iterator().next();
    Backend backend =
        provider.open(
            model,
            new BackendOptions(
                2,
                BLOCK_SIZE,
                BLOCKS,
                tierBlocks,
                tierFolder,
                maxBatchedTokens,
                AT_ONCE,
                TinyModel.CONTEXT));
    return Engine.start(
        new EngineConfig(
            AT_ONCE,
            maxBatchedTokens,
            TinyModel.CONTEXT,
            prefixCaching,
            100,
            0,
            LONG,
            LOOKAHEAD,
            HASTY,
            true,
            Map.of()),
        backend,
        model.tokenizer().eosIds(),
        EngineObserver.NONE);
  }

  private static List<GenerationRequest> requests(LoadedModel model) {
    return IntStream.range(0, STREAMS)
        .mapToObj(i ->
            new GenerationRequest(
                "stream" + i,
                model
                    .tokenizer()
                    .encode(PromptText.untrusted("all begin alike " + "and go on ".repeat(i % 7))),
                SamplingParams.greedy(MAX_TOKENS).withChoice(i),
                OptionalInt.empty()))
        .toList();
  }

  @ParameterizedTest(name = "{0} tier blocks, in a file {1}, steps of {2}, prefix caching {3}")
  @CsvSource({
    "0,false,8,false",
    "0,false,72,true",
    "64,false,8,false",
    "64,false,72,true",
    "64,true,72,false",
    "5,false,15,true",
    "5,false,15,false"
  })
  void streams_preemptedWhileTheirReadersWereAway_goOnUnchanged(
      int tierBlocks, boolean inFile, int maxBatchedTokens, boolean prefixCaching)
      throws IOException {
    try (LoadedModel model = ModelFiles.open(modelFile);
        Engine engine =
            start(model, tierBlocks, inFile ? folder : null, maxBatchedTokens, prefixCaching)) {
      List<List<Integer>> streams =
          Flux.fromIterable(requests(model))
              .flatMapSequential(
                  request -> Mono.fromFuture(new StoppingReader(engine, request).read()), AT_ONCE)
              .collectList()
              .toFuture()
              .orTimeout(LONG.toSeconds(), TimeUnit.SECONDS)
              .join();
      assertThat(streams).isEqualTo(undisturbed);
      engine.shutdown(Duration.ofSeconds(5));
      EngineSnapshot end = engine.snapshot();
      assertThat(end.preemptions()).isGreaterThanOrEqualTo(2L * STREAMS);
      assertThat(end.offloadedBlocks() > 0).isEqualTo(tierBlocks > 0);
      assertThat(end.usedBlocks() + end.tierBlocks()).isZero();
    }
  }

  /** Stops twice, each time until it hears that its sequence has been preempted. */
  private static final class StoppingReader extends BaseSubscriber<TokenEvent> {
    private static final int FIRST = 5;
    private static final int SECOND = 9;

    private final Engine engine;
    private final GenerationRequest request;
    private final List<Integer> tokens = new ArrayList<>();
    private final CompletableFuture<List<Integer>> result = new CompletableFuture<>();
    private int stops; // these two are the engine thread's
    private boolean away; // it is told a second time if its copy in the tier is given up

    StoppingReader(Engine engine, GenerationRequest request) {
      this.engine = engine;
      this.request = request;
    }

    CompletableFuture<List<Integer>> read() {
      engine.openChoices(request, 1, (choice, state) -> onState(state)).getFirst().subscribe(this);
      return result;
    }

    private void onState(StreamState state) {
      boolean preempted = state instanceof StreamState.Preempted;
      if (preempted && !away) {
        stops++;
        request(stops == 1 ? SECOND : Long.MAX_VALUE);
      }
      away = preempted;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      request(FIRST);
    }

    @Override
    protected void hookOnNext(TokenEvent event) {
      tokens.add(event.tokenId());
    }

    @Override
    protected void hookOnComplete() {
      result.complete(tokens);
    }

    @Override
    protected void hookOnError(Throwable failure) {
      result.completeExceptionally(failure);
    }
  }
}
