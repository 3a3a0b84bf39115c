package dev.sluice.spring;

import dev.sluice.engine.scheduler.LadderConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operator decides about readers that are slower than the engine. Each value is a property
 * {@code sluice.…}.
 *
 * @param lookahead tokens computed ahead of a reader's demand, per stream
 * @param resumeAt tokens that a reader must ask for before its sequence runs again
 * @param pauseAfter how long a sequence stalls before it is the first to lose its KV
 * @param offloadAfter how long before it loses it in any case
 * @param offloadUnderPressure the same while KV blocks are scarce
 * @param stallTimeout how long before it ends with an error
 * @param holdTimeout how long one that an operator holds is kept
 * @param slack let streams whose readers are behind them give their places to others for a while
 * @param offloadingBytes memory for the KV of preempted sequences; 0 computes it again
 * @param offloadingFolder keeps it in a file there instead; null keeps it in memory
 * @param tenantWeights shares of service by tenant
 */
public record ReaderSettings(
    int lookahead,
    int resumeAt,
    Duration pauseAfter,
    Duration offloadAfter,
    Duration offloadUnderPressure,
    Duration stallTimeout,
    Duration holdTimeout,
    boolean slack,
    long offloadingBytes,
    @Nullable Path offloadingFolder,
    Map<String, Double> tenantWeights) {

  private static final long MAX_OFFLOADING_BYTES = 1L << 42;

  /** What a server does unless told otherwise. */
  public static final ReaderSettings DEFAULT =
      new ReaderSettings(
          16,
          12,
          Duration.ofMillis(200),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2),
          Duration.ofSeconds(120),
          Duration.ofHours(1),
          true,
          1L << 30,
          null,
          Map.of());

  /**
   * Checks every value.
   *
   * @throws OperatorException naming the property, its value, the limit and the remedy
   */
  public ReaderSettings {
    ModelSettings.require("lookahead", lookahead, 1, 4096);
    ModelSettings.require("resume-at", resumeAt, 1, 4096);
    if (offloadingBytes < 0 || offloadingBytes > MAX_OFFLOADING_BYTES) {
      throw new OperatorException(
          "sluice.kv-offloading-size "
              + offloadingBytes
              + " bytes is outside of 0 to "
              + MAX_OFFLOADING_BYTES);
    }
    requireOrder("pause-after", pauseAfter, "offload-under-pressure", offloadUnderPressure);
    requireOrder("offload-under-pressure", offloadUnderPressure, "offload-after", offloadAfter);
    requireOrder("pause-after", pauseAfter, "stall-timeout", stallTimeout);
    if (pauseAfter.isNegative() || !stallTimeout.isPositive() || !holdTimeout.isPositive()) {
      throw new OperatorException(
          "sluice.pause-after, sluice.stall-timeout and sluice.hold-timeout must be positive");
    }
    tenantWeights.forEach((tenant, weight) -> {
      if (!(weight > 0 && weight <= 1e6)) {
        throw new OperatorException(
            "sluice.tenant-weights." + tenant + " " + weight + " is outside of 0 to 1000000");
      }
    });
    tenantWeights = Map.copyOf(tenantWeights);
  }

  private static void requireOrder(String name, Duration first, String next, Duration second) {
    if (first.compareTo(second) > 0) {
      throw new OperatorException(
          "sluice."
              + name
              + " "
              + first
              + " is longer than sluice."
              + next
              + " "
              + second
              + "; lower the one or raise the other");
    }
  }

  /** The same with another place for the KV of preempted sequences. */
  public ReaderSettings withOffloading(long bytes, @Nullable Path folder) {
    return new ReaderSettings(
        lookahead,
        resumeAt,
        pauseAfter,
        offloadAfter,
        offloadUnderPressure,
        stallTimeout,
        holdTimeout,
        slack,
        bytes,
        folder,
        tenantWeights);
  }

  LadderConfig ladder() {
    return LadderConfig.of(
        resumeAt, pauseAfter, offloadAfter, offloadUnderPressure, stallTimeout, holdTimeout);
  }
}
