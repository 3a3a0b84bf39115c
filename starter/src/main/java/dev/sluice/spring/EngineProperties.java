package dev.sluice.spring;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The engine's configuration, {@code sluice.*}; checked when it is bound, so that a bad value ends
 * the start and names its property.
 *
 * @param model the model file
 * @param servedModelName by which clients ask for it; the file's name if not given
 * @param maxModelLen longest context in tokens; 0 takes the model's own
 * @param maxNumSeqs most sequences in one step
 * @param maxNumBatchedTokens most tokens in one step
 * @param blockSize tokens per KV block
 * @param numGpuBlocksOverride KV blocks; 0 sizes the cache by free memory
 * @param enablePrefixCaching reuse the KV of equal prompt beginnings
 * @param maxNumQueuedReqs requests that may wait; one more is refused
 * @param maxNumQueuedTokens prompt tokens that may wait; 0 allows some KV caches full
 * @param queueTimeout how long a request may wait
 * @param threads CPU threads; 0 takes all
 * @param lookahead tokens computed ahead of a reader's demand
 * @param resumeAt tokens that a reader must ask for before its sequence runs again
 * @param pauseAfter how long a sequence stalls before it is the first to lose its KV
 * @param offloadAfter how long before it loses it in any case
 * @param offloadUnderPressure the same while KV blocks are scarce
 * @param stallTimeout how long before it ends with an error
 * @param holdTimeout how long a sequence that an operator holds is kept
 * @param slack let streams whose readers are behind them give their places to others for a while
 * @param kvOffloadingSize GiB for the KV of preempted sequences; 0 computes it again
 * @param kvOffloadingFolder keeps it in a file there rather than in memory
 * @param tenantWeights shares of service by tenant, as named in the list of sequences
 * @param drainTimeout how long answers may go on after SIGTERM
 */
@ConfigurationProperties("sluice")
public record EngineProperties(
    @Nullable Path model,
    @Nullable String servedModelName,
    @DefaultValue("0") int maxModelLen,
    @DefaultValue("64") int maxNumSeqs,
    @DefaultValue("512") int maxNumBatchedTokens,
    @DefaultValue("16") int blockSize,
    @DefaultValue("0") int numGpuBlocksOverride,
    @DefaultValue("true") boolean enablePrefixCaching,
    @DefaultValue("256") int maxNumQueuedReqs,
    @DefaultValue("0") int maxNumQueuedTokens,
    @DefaultValue("60s") Duration queueTimeout,
    @DefaultValue("0") int threads,
    @DefaultValue("16") int lookahead,
    @DefaultValue("12") int resumeAt,
    @DefaultValue("200ms") Duration pauseAfter,
    @DefaultValue("30s") Duration offloadAfter,
    @DefaultValue("2s") Duration offloadUnderPressure,
    @DefaultValue("120s") Duration stallTimeout,
    @DefaultValue("1h") Duration holdTimeout,
    @DefaultValue("true") boolean slack,
    @DefaultValue("1") double kvOffloadingSize,
    @Nullable Path kvOffloadingFolder,
    @DefaultValue Map<String, Double> tenantWeights,
    @DefaultValue("25s") Duration drainTimeout) {

  private static final double GIB = 1 << 30;

  public EngineProperties {
    if (maxNumQueuedReqs < 1) {
      throw new IllegalArgumentException(
          "sluice.max-num-queued-reqs is "
              + maxNumQueuedReqs
              + ", but every request waits at least once; set at least 1");
    }
    if (!drainTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "sluice.drain-timeout is " + drainTimeout + ", but it must be longer than nothing");
    }
  }

  /**
   * How the model is run.
   *
   * @throws OperatorException naming the property whose value is wrong
   */
  public ModelSettings modelSettings() {
    return new ModelSettings(
        model == null ? Path.of("") : model,
        modelName(),
        maxModelLen,
        maxNumSeqs,
        maxNumBatchedTokens,
        blockSize,
        numGpuBlocksOverride,
        enablePrefixCaching,
        maxNumQueuedReqs,
        maxNumQueuedTokens,
        queueTimeout,
        readerSettings(),
        threads);
  }

  private ReaderSettings readerSettings() {
    return new ReaderSettings(
        lookahead,
        resumeAt,
        pauseAfter,
        offloadAfter,
        offloadUnderPressure,
        stallTimeout,
        holdTimeout,
        slack,
        (long) (kvOffloadingSize * GIB),
        kvOffloadingFolder,
        tenantWeights);
  }

  /** The name by which clients ask for the model. */
  public String modelName() {
    if (servedModelName != null && !servedModelName.isBlank()) {
      return servedModelName;
    }
    Path file = model == null ? null : model.getFileName();
    return file == null ? "model" : file.toString().replaceFirst("\\.gguf$", "");
  }
}
