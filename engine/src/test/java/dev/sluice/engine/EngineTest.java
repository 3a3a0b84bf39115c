package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.EngineException.Kind;
import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.FinishReason;
import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.engine.scheduler.StallPolicy;
import dev.sluice.engine.stream.StreamState;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.stream.TokenEvent.LastToken;
import dev.sluice.engine.testkit.WitnessBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

class EngineTest {
  private static final int LOOKAHEAD = 16;
  private static final Duration LONG = Duration.ofSeconds(20);

  private final WitnessBackend backend = new WitnessBackend(64, 4, 32);
  private final Engine engine = start(4);

  private Engine start(int maxQueued) {
    return Engine.start(
        new EngineConfig(8, 32, 200, true, maxQueued, Duration.ofSeconds(30), LOOKAHEAD),
        backend,
        new int[] {1001},
        EngineObserver.NONE);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  private static GenerationRequest request(int from, int maxTokens) {
    return new GenerationRequest(
        "r" + from,
        IntStream.range(from, from + 5).toArray(),
        SamplingParams.greedy(maxTokens),
        OptionalInt.empty());
  }

  private static List<Integer> ids(List<TokenEvent> events) {
    return events.stream().map(TokenEvent::tokenId).toList();
  }

  private static <T> T block(Flux<T> flux, int count) {
    return Objects.requireNonNull(flux.elementAt(count - 1).block(LONG));
  }

  /** Waits for what another thread is about to do; bounded, and without sleeping in the test. */
  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void open_unboundedDemand_endsWithOneLastToken() {
    StepVerifier.create(engine.open(request(0, 3)))
        .expectNextMatches(e -> e.prompt() != null && e.prompt().promptTokens() == 5)
        .expectNextMatches(e -> e.prompt() == null)
        .expectNextMatches(e -> e instanceof LastToken last && last.reason() == FinishReason.LENGTH)
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void open_threeRequested_givesThreeAndComputesAtMostTheLookaheadMore() {
    StepVerifier.create(engine.open(request(0, 100)), 3)
        .expectNextCount(3)
        .then(() -> await("stalled", () -> engine.snapshot().stalled() == 1))
        .then(() ->
            assertThat(engine.snapshot().generatedTokens())
                .isGreaterThanOrEqualTo(3)
                .isLessThanOrEqualTo(3 + LOOKAHEAD))
        .thenRequest(Long.MAX_VALUE)
        .expectNextCount(97)
        .expectComplete()
        .verify(LONG);
  }

  @Test
  void open_cancelled_freesItsBlocks() {
    StepVerifier.create(engine.open(request(0, 190)), 2)
        .expectNextCount(2)
        .thenCancel()
        .verify(LONG);
    await("freed", () -> engine.snapshot().usedBlocks() == 0);
  }

  @Test
  void open_manyAtOnce_givesEachWhatItGetsAlone() {
    List<List<Integer>> alone =
        IntStream.range(0, 4)
            .mapToObj(i -> ids(engine.open(request(10 * i, 20)).collectList().toFuture().join()))
            .toList();
    List<List<Integer>> together =
        Flux.range(0, 4)
            .flatMapSequential(i -> engine.open(request(10 * i, 20)).collectList())
            .map(EngineTest::ids)
            .collectList()
            .block(LONG);
    assertThat(together).isEqualTo(alone);
  }

  @Test
  void openChoices_three_shareAPromptAndDiffer() {
    List<List<TokenEvent>> choices =
        Flux.fromIterable(engine.openChoices(request(0, 6), 3))
            .flatMapSequential(Flux::collectList)
            .collectList()
            .block(LONG);
    assertThat(choices).hasSize(3);
    assertThat(choices.stream().map(EngineTest::ids).distinct()).hasSize(3);
  }

  @Test
  void open_queueFull_isRefusedWithRetryAfter() {
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    backend.beforeStep(step -> {
      running.countDown();
      awaitUninterruptibly(goOn);
    });
    Flux<List<TokenEvent>> first = engine.open(request(0, 2)).collectList().flux();
    var firstDone = first.collectList().toFuture();
    awaitUninterruptibly(running);
    var queued =
        IntStream.range(1, 5)
            .mapToObj(i -> engine.open(request(i, 2)).collectList().toFuture())
            .toList();
    StepVerifier.create(engine.open(request(9, 2)))
        .expectErrorSatisfies(e ->
            assertThat(e)
                .isInstanceOfSatisfying(
                    EngineException.class,
                    refusal -> {
                      assertThat(refusal.kind()).isEqualTo(Kind.QUEUE_FULL);
                      assertThat(refusal.retryAfter()).isPositive();
                    }))
        .verify(LONG);
    goOn.countDown();
    assertThat(firstDone.join()).hasSize(1);
    assertThat(queued).allSatisfy(future -> assertThat(future.join()).hasSize(2));
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void open_promptLongerThanContext_isRefusedWithTheNumbers() {
    GenerationRequest tooLong =
        new GenerationRequest("long", new int[200], SamplingParams.greedy(1), OptionalInt.empty());
    StepVerifier.create(engine.open(tooLong))
        .expectErrorMessage(
            "the prompt has 200 tokens, but at most 199 fit into the context of 200; shorten the"
                + " prompt")
        .verify(LONG);
  }

  @Test
  void step_backendFails_endsItsSequencesAndServesTheNext() {
    backend.beforeStep(step -> {
      if (step == 0) {
        backend.beforeStep(next -> {});
        throw new BackendException("injected");
      }
    });
    StepVerifier.create(engine.open(request(0, 3)))
        .expectErrorMatches(e -> e instanceof EngineException f && f.kind() == Kind.BACKEND_FAULT)
        .verify(LONG);
    assertThat(block(engine.open(request(0, 3)), 3)).isInstanceOf(LastToken.class);
  }

  @Test
  void step_logitsAreVoid_failsThatSequenceOnly() {
    backend.voidLogitsAfter(token -> token == 4); // the last token of the first prompt
    var healthy = engine.open(request(100, 30)).collectList().toFuture();
    StepVerifier.create(engine.open(request(0, 3)))
        .expectErrorMatches(e -> e instanceof EngineException f && f.kind() == Kind.NAN_LOGITS)
        .verify(LONG);
    assertThat(healthy.join()).hasSize(30);
  }

  @Test
  void drain_waitingAndNew_areRefusedWhileRunningOnesEnd() {
    var running = engine.open(request(0, 150)).collectList().toFuture();
    await("running", () -> engine.snapshot().generatedTokens() > 0);
    engine.drain();
    StepVerifier.create(engine.open(request(1, 1)))
        .expectErrorMatches(e -> e instanceof EngineException f && f.kind() == Kind.SHUTTING_DOWN)
        .verify(LONG);
    assertThat(running.join()).hasSize(150);
  }

  @Test
  void shutdown_liveStream_endsWithAnError() {
    var stalled = StepVerifier.create(engine.open(request(0, 150)), 1).expectNextCount(1);
    stalled
        .then(() -> engine.shutdown(LONG))
        .thenRequest(Long.MAX_VALUE)
        .thenConsumeWhile(e -> true)
        .expectErrorMatches(e -> e instanceof EngineException f && f.kind() == Kind.SHUTTING_DOWN)
        .verify(LONG);
    assertThat(engine.isAlive()).isFalse();
  }

  @Test
  void openChoices_readerStopsAndReturns_tellsTheListenerOfEachState() {
    List<StreamState> states = new CopyOnWriteArrayList<>();
    Flux<TokenEvent> tokens =
        engine.openChoices(request(0, 40), 1, (choice, state) -> states.add(state)).getFirst();
    StepVerifier.create(tokens, 1)
        .expectNextCount(1)
        .then(() -> await("stalled", () -> states.contains(new StreamState.Stalled())))
        .thenRequest(39)
        .expectNextCount(39)
        .expectComplete()
        .verify(LONG);
    assertThat(states)
        .startsWith(
            new StreamState.Prefill(0, 5), new StreamState.Running(), new StreamState.Stalled())
        .endsWith(new StreamState.Resumed());
  }

  private static GenerationRequest request(int from, int maxTokens, SchedulingParams scheduling) {
    GenerationRequest plain = request(from, maxTokens);
    return new GenerationRequest(
        plain.id(), plain.promptTokenIds(), plain.sampling(), scheduling, plain.promptLogprobs());
  }

  private boolean control(String id, SequenceAction action) {
    return Objects.requireNonNull(engine.control(id, "", action).block(LONG));
  }

  private EngineView view() {
    return Objects.requireNonNull(engine.view().block(LONG));
  }

  @Test
  void control_holdAndRelease_stopsAndResumesTheSameStream() {
    List<Integer> undisturbed =
        ids(Objects.requireNonNull(engine.open(request(0, 190)).collectList().block(LONG)));
    List<StreamState> states = new CopyOnWriteArrayList<>();
    CountDownLatch goOn = new CountDownLatch(1);
    backend.beforeStep(step -> {
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    CompletableFuture<@Nullable List<TokenEvent>> stream =
        engine
            .openChoices(request(0, 190), 1, (choice, state) -> states.add(state))
            .getFirst()
            .collectList()
            .toFuture();
    await("its first step", () -> !states.isEmpty());
    CompletableFuture<@Nullable Boolean> held =
        engine.control("r0", "", new SequenceAction.Hold()).toFuture();
    goOn.countDown();
    assertThat(held.join()).isTrue();
    await("paused", () -> states.contains(new StreamState.Paused()));
    SequenceInfo info = view().sequences().getFirst();
    assertThat(info.id()).isEqualTo("r0");
    assertThat(info.held()).isTrue();
    assertThat(info.blocks()).isNotEmpty();
    assertThat(control("r0", new SequenceAction.Release())).isTrue();
    assertThat(ids(Objects.requireNonNull(stream.join()))).isEqualTo(undisturbed);
  }

  @Test
  void control_unknownFinishedOrAnothersSequence_isRefused() {
    engine.open(request(0, 2)).blockLast(LONG);
    assertThat(control("r0", new SequenceAction.Reprioritise(3))).isFalse();
    assertThat(control("nobody", new SequenceAction.Abort())).isFalse();
    StepVerifier.create(engine.open(request(5, 190)), 1)
        .expectNextCount(1)
        .then(() ->
            assertThat(engine.control("r5", "another", new SequenceAction.Abort()).block(LONG))
                .isFalse())
        .then(() -> assertThat(control("r5", new SequenceAction.Abort())).isTrue())
        .expectErrorSatisfies(e -> assertThat(kind(e)).isEqualTo(Kind.ABORTED))
        .verify(LONG);
  }

  private static Kind kind(Throwable failure) {
    return ((EngineException) failure).kind();
  }

  @Test
  void open_conflateAndReaderStops_runsOnAndMergesWhatWasMissed() {
    List<Integer> undisturbed =
        ids(Objects.requireNonNull(engine.open(request(0, 100)).collectList().block(LONG)));
    SchedulingParams conflate = new SchedulingParams("", 0, StallPolicy.CONFLATE, null, null);
    List<Integer> tokens = new ArrayList<>();
    List<TokenEvent> events = new ArrayList<>();
    StepVerifier.create(
            engine
                .open(request(0, 100, conflate))
                .doOnNext(events::add)
                .doOnNext(event -> event.tokens().forEach(token -> tokens.add(token.tokenId()))),
            1)
        .expectNextCount(1)
        .then(() -> await("all computed", () -> engine.snapshot().generatedTokens() == 200))
        .thenRequest(Long.MAX_VALUE)
        .thenConsumeWhile(event -> true)
        .expectComplete()
        .verify(LONG);
    assertThat(tokens).isEqualTo(undisturbed);
    assertThat(events).hasSize(LOOKAHEAD + 1);
    assertThat(Objects.requireNonNull(events.getLast().last()).reason())
        .isEqualTo(FinishReason.LENGTH);
  }

  @Test
  void open_deadlineTooShort_endsWithAnErrorThatSaysSo() {
    SchedulingParams hurried =
        new SchedulingParams("", 0, StallPolicy.PAUSE, null, Duration.ofMillis(30));
    StepVerifier.create(engine.open(request(0, 190, hurried)), 1)
        .expectNextCount(1)
        .expectErrorSatisfies(e -> {
          assertThat(kind(e)).isEqualTo(Kind.DEADLINE_EXCEEDED);
          assertThat(e).hasMessageContaining("30 ms");
        })
        .verify(LONG);
  }

  @Test
  void open_abortOnStall_endsOnceTheReaderStops() {
    SchedulingParams abort = new SchedulingParams("", 0, StallPolicy.ABORT, null, null);
    StepVerifier.create(engine.open(request(0, 190, abort)), 3)
        .expectNextCount(3)
        .expectErrorSatisfies(e -> assertThat(kind(e)).isEqualTo(Kind.STALLED))
        .verify(LONG);
    assertThat(view().snapshot().usedBlocks()).isZero();
  }
}
