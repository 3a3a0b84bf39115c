package dev.sluice.engine.scheduler;

import java.util.Map;

/** Scheduler configurations for tests, on the virtual time of {@link SimulatedEngine}. */
final class Configs {
  /** The ladder in ns: any demand resumes, pause at 10, offload at 100 or 20, abort at 1000. */
  static final LadderConfig LADDER = new LadderConfig(1, 10, 100, 20, 1000, 5000);

  /** A ladder whose times never pass. */
  static final LadderConfig PATIENT =
      new LadderConfig(
          1, Long.MAX_VALUE - 1, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);

  private Configs() {}

  /** Without a host tier, without slack, and with a ladder whose times never pass. */
  static SchedulerConfig of(
      int maxSequences,
      int maxBatchedTokens,
      int maxContext,
      int blockSize,
      int blocks,
      boolean prefixCaching) {
    return of(
        maxSequences, maxBatchedTokens, maxContext, blockSize, blocks, prefixCaching, 0, PATIENT);
  }

  static SchedulerConfig of(
      int maxSequences,
      int maxBatchedTokens,
      int maxContext,
      int blockSize,
      int blocks,
      boolean prefixCaching,
      int tierBlocks,
      LadderConfig ladder) {
    return new SchedulerConfig(
        maxSequences,
        maxBatchedTokens,
        maxContext,
        blockSize,
        blocks,
        prefixCaching,
        Long.MAX_VALUE,
        "",
        tierBlocks,
        ladder,
        true,
        Map.of());
  }
}
