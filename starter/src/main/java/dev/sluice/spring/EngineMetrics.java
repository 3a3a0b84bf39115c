package dev.sluice.spring;

import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineObserver;
import dev.sluice.engine.scheduler.FinishReason;
import dev.sluice.engine.scheduler.PreemptionCause;
import dev.sluice.engine.scheduler.SequenceState;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the engine reports, as vLLM's meters; called on the engine thread. */
public final class EngineMetrics implements EngineObserver {
  private final VllmMeters meters;
  private final IterationTokens iterations;
  private final Timer publish;
  private final Timer timeToFirstToken;
  private final Timer interTokenLatency;
  private final Timer timePerOutputToken;
  private final Timer endToEnd;
  private final Timer queueTime;
  private final Timer inferenceTime;
  private final Timer prefillTime;
  private final Timer decodeTime;
  private final DistributionSummary promptLengths;
  private final DistributionSummary generationLengths;
  private final DistributionSummary maxGenerationLengths;
  private final DistributionSummary computedLengths;
  private final DistributionSummary preemptions;
  private final Counter promptTokens;
  private final Counter computedPromptTokens;
  private final Counter hitPromptTokens;
  private final Counter cachedPromptTokens;
  private final Counter stalls;
  private final Counter lost;
  private final Timer stallDuration;
  private final Timer resumeLatency;
  private final Map<PreemptionCause, Counter> offloads;
  private final Map<PreemptionCause, Counter> frees;

  EngineMetrics(VllmMeters meters, IterationTokens iterations) {
    this.meters = meters;
    this.iterations = iterations;
    publish = Timer.builder("sluice.engine.step.publish").register(meters.registry());
    timeToFirstToken = meters.timer("time_to_first_token", Buckets.TIME_TO_FIRST_TOKEN);
    interTokenLatency = meters.timer("inter_token_latency", Buckets.TOKEN_LATENCY);
    timePerOutputToken = meters.timer("request_time_per_output_token", Buckets.TOKEN_LATENCY);
    endToEnd = meters.timer("e2e_request_latency", Buckets.REQUEST_LATENCY);
    queueTime = meters.timer("request_queue_time", Buckets.REQUEST_LATENCY);
    inferenceTime = meters.timer("request_inference_time", Buckets.REQUEST_LATENCY);
    prefillTime = meters.timer("request_prefill_time", Buckets.REQUEST_LATENCY);
    decodeTime = meters.timer("request_decode_time", Buckets.REQUEST_LATENCY);
    promptLengths = meters.lengths("request_prompt_tokens");
    generationLengths = meters.lengths("request_generation_tokens");
    maxGenerationLengths = meters.lengths("request_max_num_generation_tokens");
    computedLengths = meters.lengths("request_prefill_kv_computed_tokens");
    preemptions = meters.histogram("request_num_preemptions", Buckets.PREEMPTIONS);
    promptTokens = meters.counter("prompt_tokens");
    computedPromptTokens = meters.counter("prompt_tokens_by_source", "source", "local_compute");
    hitPromptTokens = meters.counter("prompt_tokens_by_source", "source", "local_cache_hit");
    cachedPromptTokens = meters.counter("prompt_tokens_cached");
    stalls = Counter.builder("sluice.engine.stalls").register(meters.registry());
    lost = Counter.builder("sluice.engine.preemption.lost.tokens").register(meters.registry());
    stallDuration = Timer.builder("sluice.engine.stall.duration").register(meters.registry());
    resumeLatency = Timer.builder("sluice.engine.resume.latency").register(meters.registry());
    offloads = preemptionCounters(meters, "offload");
    frees = preemptionCounters(meters, "free");
  }

  private static Map<PreemptionCause, Counter> preemptionCounters(VllmMeters meters, String level) {
    Map<PreemptionCause, Counter> counters = new EnumMap<>(PreemptionCause.class);
    for (PreemptionCause cause : PreemptionCause.values()) {
      counters.put(
          cause,
          Counter.builder("sluice.engine.preemptions")
              .tag("reason", cause.name().toLowerCase(Locale.ROOT))
              .tag("level", level)
              .register(meters.registry()));
    }
    return counters;
  }

  @Override
  public void onStep(int tokens, long computeNanos, long publishNanos) {
    iterations.record(tokens);
    publish.record(publishNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onFirstToken(long queueNanos, long timeToFirstTokenNanos) {
    timeToFirstToken.record(timeToFirstTokenNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onInterTokenLatency(long nanos) {
    interTokenLatency.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onStalled() {
    stalls.increment();
  }

  @Override
  public void onReturned(long idleNanos) {
    stallDuration.record(idleNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onPreempted(PreemptionCause cause, boolean offloaded, int lostTokens) {
    Objects.requireNonNull((offloaded ? offloads : frees).get(cause)).increment();
    lost.increment(lostTokens);
  }

  @Override
  public void onResumed(SequenceState from, long waitedNanos) {
    resumeLatency.record(waitedNanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void onRejected(EngineException.Kind kind) {
    meters.rejected(kind).increment();
  }

  @Override
  public void onFinished(RequestStats stats, @Nullable FinishReason reason) {
    endToEnd.record(stats.totalNanos(), TimeUnit.NANOSECONDS);
    queueTime.record(stats.queueNanos(), TimeUnit.NANOSECONDS);
    if (stats.generatedTokens() > 0) {
      recordStarted(stats);
    }
  }

  private void recordStarted(RequestStats stats) {
    int computed = stats.promptTokens() - stats.cachedTokens();
    int generated = stats.generatedTokens();
    prefillTime.record(stats.prefillNanos(), TimeUnit.NANOSECONDS);
    decodeTime.record(stats.decodeNanos(), TimeUnit.NANOSECONDS);
    inferenceTime.record(stats.prefillNanos() + stats.decodeNanos(), TimeUnit.NANOSECONDS);
    timePerOutputToken.record(
        generated > 1 ? stats.decodeNanos() / (generated - 1) : 0, TimeUnit.NANOSECONDS);
    promptLengths.record(stats.promptTokens());
    generationLengths.record(generated);
    maxGenerationLengths.record(generated);
    computedLengths.record(computed);
    preemptions.record(stats.preemptions());
    promptTokens.increment(stats.promptTokens());
    computedPromptTokens.increment(computed);
    hitPromptTokens.increment(stats.cachedTokens());
    cachedPromptTokens.increment(stats.cachedTokens());
  }
}
