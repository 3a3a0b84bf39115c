package dev.sluice.app.bench;

import dev.sluice.app.client.OpenAiClient;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Drives an OpenAI server with streamed requests and times every event of every stream. */
public final class LoadBench {
  private final OpenAiClient client;
  private final LoadSpec spec;

  public LoadBench(OpenAiClient client, LoadSpec spec) {
    this.client = client;
    this.spec = spec;
  }

  /** Closed loop: each of {@code concurrency} clients sends its next request when one ends. */
  public LoadResult closedLoop(int concurrency, BenchProgress progress) {
    Run run = new Run(progress);
    Flux.range(0, spec.requests())
        .flatMap(i -> run.request(i, System.nanoTime()), concurrency)
        .blockLast();
    return run.result("concurrency " + concurrency);
  }

  /** Open loop: requests start when a seeded Poisson process says, however slow the server is. */
  public LoadResult openLoop(double requestsPerSecond, BenchProgress progress) {
    long[] offsets = Arrivals.poisson(spec.requests(), requestsPerSecond, spec.seed());
    Run run = new Run(progress);
    Flux.range(0, spec.requests())
        .flatMap(i -> run.at(i, offsets[i]), Math.max(1, spec.requests()))
        .blockLast();
    return run.result(requestsPerSecond + " requests/s");
  }

  /** One run's clock and sums. */
  private final class Run {
    private final long startNanos = System.nanoTime();
    private final LoadRecorder recorder = new LoadRecorder(spec);
    private final AtomicInteger ended = new AtomicInteger();
    private final BenchProgress progress;

    Run(BenchProgress progress) {
      this.progress = progress;
    }

    Mono<Void> at(int i, long offsetNanos) {
      long intended = startNanos + offsetNanos;
      return Mono.defer(() -> Mono.delay(untilNanos(intended))).then(request(i, intended));
    }

    private static Duration untilNanos(long time) {
      return Duration.ofNanos(Math.max(0, time - System.nanoTime()));
    }

    Mono<Void> request(int i, long intendedNanos) {
      RequestTrace trace = new RequestTrace(intendedNanos);
      return client.stream(spec.path(), body(i))
          .doOnSubscribe(_ -> recorder.started(System.nanoTime() - intendedNanos))
          .doOnNext(chunk -> {
            long gap = trace.accept(chunk);
            if (gap >= 0) {
              recorder.interTokenLatency(gap);
            }
          })
          .doOnComplete(() -> recorder.completed(trace, System.nanoTime()))
          .doOnError(error -> recorder.failed(trace, error))
          .onErrorComplete()
          .doFinally(_ -> progress.update(ended.incrementAndGet(), spec.requests()))
          .then();
    }

    LoadResult result(String load) {
      return recorder.result(load, System.nanoTime() - startNanos);
    }
  }

  private Map<String, Object> body(int i) {
    String prompt = Prompts.of(spec.inputTokens(), spec.seed(), i);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("model", spec.model());
    if (spec.path().startsWith("chat/")) {
      body.put("messages", List.of(Map.of("role", "user", "content", prompt)));
    } else {
      body.put("prompt", prompt);
    }
    body.put("max_tokens", spec.outputTokens());
    body.put("temperature", 0);
    body.put("ignore_eos", true);
    return body;
  }
}
