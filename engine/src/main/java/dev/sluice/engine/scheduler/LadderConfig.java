package dev.sluice.engine.scheduler;

import java.time.Duration;

/**
 * How long a sequence whose reader stopped keeps what it holds.
 *
 * @param resumeAt tokens that a reader must ask for before its sequence runs again
 * @param pauseAfterNanos stalled for so long, it is the first victim
 * @param offloadAfterNanos stalled for so long, its blocks are taken though nobody needs them
 * @param offloadUnderPressureNanos the same, while blocks are scarce
 * @param stallTimeoutNanos stalled for so long, it ends with an error
 * @param holdTimeoutNanos held by an operator for so long, it ends with an error
 */
public record LadderConfig(
    int resumeAt,
    long pauseAfterNanos,
    long offloadAfterNanos,
    long offloadUnderPressureNanos,
    long stallTimeoutNanos,
    long holdTimeoutNanos) {

  /** What a server does unless told otherwise. */
  public static final LadderConfig DEFAULT =
      of(
          12,
          Duration.ofMillis(200),
          Duration.ofSeconds(30),
          Duration.ofSeconds(2),
          Duration.ofSeconds(120),
          Duration.ofHours(1));

  public LadderConfig {
    if (resumeAt < 1) {
      throw new IllegalArgumentException("resume-at " + resumeAt + " must be at least 1");
    }
    if (pauseAfterNanos < 0
        || offloadUnderPressureNanos < pauseAfterNanos
        || offloadAfterNanos < offloadUnderPressureNanos
        || stallTimeoutNanos <= pauseAfterNanos) {
      throw new IllegalArgumentException(
          "the times of a stalled sequence must not decrease: pause-after "
              + pauseAfterNanos
              + " ns, offload-after under pressure "
              + offloadUnderPressureNanos
              + " ns and otherwise "
              + offloadAfterNanos
              + " ns, stall-timeout "
              + stallTimeoutNanos
              + " ns");
    }
  }

  /** The same with another {@code resumeAt}. */
  public LadderConfig withResumeAt(int tokens) {
    return new LadderConfig(
        tokens,
        pauseAfterNanos,
        offloadAfterNanos,
        offloadUnderPressureNanos,
        stallTimeoutNanos,
        holdTimeoutNanos);
  }

  /** The same from durations. */
  public static LadderConfig of(
      int resumeAt,
      Duration pauseAfter,
      Duration offloadAfter,
      Duration offloadUnderPressure,
      Duration stallTimeout,
      Duration holdTimeout) {
    return new LadderConfig(
        resumeAt,
        pauseAfter.toNanos(),
        offloadAfter.toNanos(),
        offloadUnderPressure.toNanos(),
        stallTimeout.toNanos(),
        holdTimeout.toNanos());
  }
}
