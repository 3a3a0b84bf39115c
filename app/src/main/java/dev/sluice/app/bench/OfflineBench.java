package dev.sluice.app.bench;

import dev.sluice.engine.Engine;
import dev.sluice.engine.GenerationRequest;
import dev.sluice.engine.sampling.SamplingParams;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;

/** Runs a workload through an engine in process, all sequences at once, and measures it. */
public final class OfflineBench {
  private final Engine engine;
  private final StepMeter meter;

  /**
   * Makes a benchmark.
   *
   * @param meter observes {@code engine} and nothing else
   */
  public OfflineBench(Engine engine, StepMeter meter) {
    this.engine = engine;
    this.meter = meter;
  }

  /**
   * What a run measured.
   *
   * @param sequences how many ran
   * @param inputTokens of all prompts
   * @param outputTokens generated
   * @param seconds from the first submission to the last token
   * @param outputTokensPerSecond generated tokens over all of the time
   * @param totalTokensPerSecond prompt and generated tokens over all of the time
   * @param preemptions how often a sequence lost its KV blocks
   * @param engine the engine's steps
   */
  public record Result(
      int sequences,
      long inputTokens,
      long outputTokens,
      double seconds,
      double outputTokensPerSecond,
      double totalTokensPerSecond,
      long preemptions,
      StepMeter.Reading engine) {}

  /** Lets the kernels be compiled: runs a workload whose figures are thrown away. */
  public void warmUp(Workload workload) {
    generate(workload, "warm-up-", BenchProgress.NONE);
  }

  /** Runs and measures a workload; blocks until the last token. */
  public Result run(Workload workload, BenchProgress progress) {
    meter.reset();
    long preemptions = engine.snapshot().preemptions();
    long started = System.nanoTime();
    long generated = generate(workload, "bench-", progress);
    long nanos = System.nanoTime() - started;
    return new Result(
        workload.size(),
        workload.totalInputTokens(),
        generated,
        nanos / 1e9,
        StepMeter.perSecond(generated, nanos),
        StepMeter.perSecond(generated + workload.totalInputTokens(), nanos),
        engine.snapshot().preemptions() - preemptions,
        meter.read());
  }

  private long generate(Workload workload, String idPrefix, BenchProgress progress) {
    long total = workload.totalOutputTokens();
    AtomicLong generated = new AtomicLong();
    List<Flux<?>> streams =
        IntStream.range(0, workload.size())
            .<Flux<?>>mapToObj(i -> engine.open(request(workload, i, idPrefix)))
            .toList();
    Flux.merge(Flux.fromIterable(streams), Math.max(1, streams.size()), Integer.MAX_VALUE)
        .doOnNext(_ -> progress.update(generated.incrementAndGet(), total))
        .blockLast();
    return generated.get();
  }

  private static GenerationRequest request(Workload workload, int i, String idPrefix) {
    return new GenerationRequest(
        idPrefix + i,
        workload.prompts().get(i),
        greedyToTheEnd(workload.outputTokens()[i]),
        OptionalInt.empty());
  }

  private static SamplingParams greedyToTheEnd(int tokens) {
    SamplingParams greedy = SamplingParams.greedy(tokens);
    return new SamplingParams(
        greedy.temperature(),
        greedy.topK(),
        greedy.topP(),
        greedy.minP(),
        greedy.repetitionPenalty(),
        greedy.presencePenalty(),
        greedy.frequencyPenalty(),
        greedy.logitBiasIds(),
        greedy.logitBiasValues(),
        greedy.seed(),
        greedy.choice(),
        tokens,
        tokens,
        greedy.stopTokenIds(),
        true,
        greedy.logprobs());
  }
}
