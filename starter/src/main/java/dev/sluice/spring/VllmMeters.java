package dev.sluice.spring;

import dev.sluice.engine.EngineException.Kind;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Locale;

/** Makes meters under vLLM's names, with its labels and its buckets. */
public final class VllmMeters {
  /** Length histograms end here if the context isn't limited by configuration. */
  private static final int DEFAULT_MAX_LENGTH = 131_072;

  private final MeterRegistry registry;
  private final Tags tags;
  private final double[] lengths;

  VllmMeters(MeterRegistry registry, EngineProperties properties) {
    this.registry = registry;
    tags = Tags.of("model_name", properties.modelName(), "engine", "0");
    int maxLength = properties.maxModelLen();
    lengths = Buckets.upTo(maxLength == 0 ? DEFAULT_MAX_LENGTH : maxLength);
  }

  public MeterRegistry registry() {
    return registry;
  }

  Tags tags() {
    return tags;
  }

  public Counter counter(String name, String... extraTags) {
    return Counter.builder("vllm:" + name).tags(tags.and(extraTags)).register(registry);
  }

  /** A histogram of seconds; Micrometer appends the unit to the name. */
  Timer timer(String name, double[] bucketSeconds) {
    return Timer.builder("vllm:" + name)
        .tags(tags)
        .serviceLevelObjectives(Buckets.durations(bucketSeconds))
        .register(registry);
  }

  public DistributionSummary histogram(String name, double[] buckets) {
    return DistributionSummary.builder("vllm:" + name)
        .tags(tags)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  /** A histogram of token counts. */
  public DistributionSummary lengths(String name) {
    return histogram(name, lengths);
  }

  /** Counts the requests that were refused for this reason. */
  public Counter rejected(Kind kind) {
    return Counter.builder("sluice.admission.rejected")
        .tag("reason", kind.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }
}
