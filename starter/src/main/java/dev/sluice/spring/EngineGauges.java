package dev.sluice.spring;

import dev.sluice.engine.EngineSnapshot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import java.util.function.ToDoubleFunction;

/** The engine's snapshot as gauges and counters; all zero until the model is loaded. */
final class EngineGauges {
  private final VllmMeters meters;
  private final ModelHolder holder;

  EngineGauges(VllmMeters meters, ModelHolder holder) {
    this.meters = meters;
    this.holder = holder;
    gauge("vllm:num_requests_running", EngineSnapshot::running);
    gauge("vllm:num_requests_waiting", s -> s.waiting() + s.preempted());
    gauge("vllm:num_requests_waiting_by_reason", EngineSnapshot::waiting, "reason", "capacity");
    gauge("vllm:num_requests_waiting_by_reason", EngineSnapshot::preempted, "reason", "deferred");
    gauge("vllm:kv_cache_usage_perc", EngineGauges::kvUsage);
    counter("vllm:num_preemptions", EngineSnapshot::preemptions);
    counter("vllm:generation_tokens", EngineSnapshot::generatedTokens);
    counter("vllm:prefix_cache_queries", EngineSnapshot::prefixQueryTokens);
    counter("vllm:prefix_cache_hits", EngineSnapshot::prefixHitTokens);
    gauge("sluice.engine.sequences", EngineSnapshot::waiting, "state", "waiting");
    gauge("sluice.engine.sequences", EngineSnapshot::running, "state", "running");
    gauge("sluice.engine.sequences", EngineSnapshot::yielded, "state", "yielded");
    gauge("sluice.engine.sequences", EngineSnapshot::stalled, "state", "stalled");
    gauge("sluice.engine.sequences", EngineSnapshot::paused, "state", "paused");
    gauge("sluice.engine.sequences", EngineSnapshot::preempted, "state", "preempted");
    gauge("sluice.engine.tier.blocks", EngineSnapshot::tierBlocks);
    counter("sluice.engine.tier.offloaded", EngineSnapshot::offloadedBlocks);
    counter("sluice.engine.tier.restored", EngineSnapshot::restoredBlocks);
    counter("sluice.engine.tier.evictions", EngineSnapshot::evictions);
  }

  private static double kvUsage(EngineSnapshot s) {
    int blocks = s.freeBlocks() + s.cachedBlocks() + s.usedBlocks();
    return blocks == 0 ? 0 : (double) s.usedBlocks() / blocks;
  }

  private void gauge(String name, ToDoubleFunction<EngineSnapshot> value, String... extraTags) {
    Gauge.builder(name, this, self -> self.read(value))
        .tags(meters.tags().and(extraTags))
        .register(meters.registry());
  }

  private void counter(String name, ToDoubleFunction<EngineSnapshot> value) {
    FunctionCounter.builder(name, this, self -> self.read(value))
        .tags(meters.tags())
        .register(meters.registry());
  }

  private double read(ToDoubleFunction<EngineSnapshot> value) {
    ServedModel model = holder.model();
    return model == null ? 0 : value.applyAsDouble(model.engine().snapshot());
  }
}
