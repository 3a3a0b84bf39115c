package dev.sluice.engine;

import dev.sluice.engine.EngineException.Kind;
import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.PromptGroup;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.stream.StateListener;
import dev.sluice.engine.stream.StreamState;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.stream.TokenStream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The facade: requests in, streams of tokens out. Thread-safe.
 *
 * <p>A stream is cold, and each subscription is a sequence of its own. Its demand decides whether
 * the sequence runs: what is not requested is not computed, beyond the configured lookahead.
 * Cancelling frees the sequence's KV blocks within one step.
 */
public final class Engine implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  /** Caches full of prompt tokens that may wait, unless configured. */
  private static final long QUEUED_CACHES = 4;

  private final EngineConfig config;
  private final Backend backend;
  private final int[] endTokenIds;
  private final EngineObserver observer;
  private final Admission admission;
  private final EngineLoop loop;
  private final Thread thread;
  private final AtomicBoolean released = new AtomicBoolean();

  private Engine(EngineConfig config, Backend backend, int[] endTokenIds, EngineObserver observer) {
    this.config = config;
    this.backend = backend;
    this.endTokenIds = endTokenIds.clone();
    this.observer = observer;
    admission = new Admission(config.maxQueuedRequests(), maxQueuedTokens(config, backend.info()));
    loop = new EngineLoop(config, backend, admission, observer);
    thread = Thread.ofPlatform().name("sluice-engine").daemon().unstarted(loop);
  }

  private static long maxQueuedTokens(EngineConfig config, BackendInfo info) {
    return config.maxQueuedTokens() > 0
        ? config.maxQueuedTokens()
        : QUEUED_CACHES * info.blockCount() * info.blockSize();
  }

  /** Starts the engine thread over an open backend, which the engine then owns. */
  public static Engine start(
      EngineConfig config, Backend backend, int[] endTokenIds, EngineObserver observer) {
    Engine engine = new Engine(config, backend, endTokenIds, observer);
    engine.thread.start();
    return engine;
  }

  /** One sequence; errors with {@link EngineException}. */
  public Flux<TokenEvent> open(GenerationRequest request) {
    return openChoices(request, 1).getFirst();
  }

  /**
   * {@code n} sequences over one prompt, whose KV blocks they share; each is a stream of its own,
   * and they differ in {@code sampling.choice()}, counted from the request's own.
   */
  public List<Flux<TokenEvent>> openChoices(GenerationRequest request, int n) {
    return openChoices(request, n, StateListener.NONE);
  }

  /** The same, with a listener that is told why tokens come or don't. */
  public List<Flux<TokenEvent>> openChoices(
      GenerationRequest request, int n, StateListener listener) {
    PromptGroup group = new PromptGroup();
    return IntStream.range(0, n).mapToObj(i -> openChoice(request, i, group, listener)).toList();
  }

  private Flux<TokenEvent> openChoice(
      GenerationRequest request, int i, PromptGroup group, StateListener listener) {
    SamplingParams params = request.sampling();
    SamplingParams choice = params.withChoice(params.choice() + i);
    String id = i == 0 ? request.id() : request.id() + "-" + i;
    return TokenStream.create(
        stream -> submit(request, id, choice, group, stream, state -> listener.onState(i, state)),
        loop::wake,
        config.lookahead());
  }

  private void submit(
      GenerationRequest request,
      String id,
      SamplingParams params,
      PromptGroup group,
      TokenStream stream,
      Consumer<StreamState> states) {
    Admission.Place place;
    try {
      place = admit(request);
    } catch (EngineException refusal) {
      observer.onRejected(refusal.kind());
      stream.error(refusal);
      return;
    }
    Sequence sequence =
        new Sequence(
            id,
            request.promptTokenIds(),
            params,
            endTokenIds,
            request.scheduling(),
            request.promptLogprobs(),
            group);
    long now = System.nanoTime();
    loop.post(
        new Command.Submit(
            new ActiveRequest(sequence, stream, states, place, params.maxTokens(), now)));
  }

  /** A place in the queue for a request. */
  private Admission.Place admit(GenerationRequest request) {
    if (loop.isDraining()) {
      throw new EngineException(Kind.SHUTTING_DOWN, "the server is shutting down");
    }
    int promptTokens = request.promptTokenIds().length;
    if (promptTokens >= maxContext()) {
      throw new EngineException(
          Kind.CONTEXT_LENGTH_EXCEEDED,
          "the prompt has "
              + promptTokens
              + " tokens, but at most "
              + (maxContext() - 1)
              + " fit into the context of "
              + maxContext()
              + "; shorten the prompt");
    }
    return admission.take(1, promptTokens);
  }

  /** The queue's account, from which places can be taken before a request has been read. */
  public Admission admission() {
    return admission;
  }

  /**
   * Does something to a live sequence of a tenant's; answers false if there is none.
   *
   * @param id the sequence's, which is its request's for the first choice
   */
  public Mono<Boolean> control(String id, String tenant, SequenceAction action) {
    return answer(future -> new Command.Control(id, tenant, action, future));
  }

  /** All that can be seen of the engine, as of between two steps. */
  public Mono<EngineView> view() {
    return answer(Command.View::new);
  }

  private <T> Mono<T> answer(Function<CompletableFuture<T>, Command> command) {
    return Mono.fromFuture(
            () -> {
              CompletableFuture<T> future = new CompletableFuture<>();
              loop.post(command.apply(future));
              return future;
            })
        .publishOn(Schedulers.parallel()); // nothing of the caller's runs on the engine thread
  }

  public EngineConfig config() {
    return config;
  }

  /** The longest context that a sequence can reach here, prompt and output together, in tokens. */
  public int maxContext() {
    return loop.maxContext();
  }

  /** The backend's description of itself. */
  public BackendInfo backendInfo() {
    return backend.info();
  }

  /** Requests that wait for their first step. */
  public int queuedRequests() {
    return admission.waitingRequests();
  }

  /** Whether the engine's thread lives; if not, nothing can be served any more. */
  public boolean isAlive() {
    return !loop.isEnded();
  }

  public EngineSnapshot snapshot() {
    return loop.snapshot();
  }

  /** Refuses new requests and fails waiting ones; those that run go on. */
  public void drain() {
    loop.drain();
  }

  /**
   * Fails what still lives with {@code SHUTTING_DOWN}, waits for the thread and frees the backend.
   */
  public void shutdown(Duration timeout) {
    loop.stop();
    try {
      if (!thread.join(timeout)) {
        log.warn("The engine thread did not end within {}; its memory is not freed", timeout);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    if (released.compareAndSet(false, true)) {
      backend.close();
    }
  }

  @Override
  public void close() {
    shutdown(Duration.ofSeconds(5));
  }
}
