package dev.sluice.app.api;

import dev.sluice.engine.EngineSnapshot;
import dev.sluice.engine.EngineView;
import dev.sluice.engine.SequenceInfo;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** The engine's state as clients see it. */
final class EngineJson {
  private EngineJson() {}

  /** A sequence. */
  @JsonNaming(SnakeCaseStrategy.class)
  record SequenceState(
      String id,
      String state,
      String tier,
      int priority,
      String onStall,
      boolean held,
      int promptTokens,
      int computedTokens,
      int generatedTokens,
      int maxTokens,
      int demand,
      long lead,
      double readingRate,
      int[] blocks,
      int offloadedBlocks,
      int stalls,
      int preemptions,
      long idleMs,
      long ageMs) {

    static SequenceState of(SequenceInfo info) {
      return new SequenceState(
          info.id(),
          info.state().name().toLowerCase(Locale.ROOT),
          tier(info),
          info.priority(),
          info.onStall().name().toLowerCase(Locale.ROOT),
          info.held(),
          info.promptTokens(),
          info.computedTokens(),
          info.generatedTokens(),
          info.maxTokens(),
          info.demand(),
          info.lead(),
          Math.round(info.readingRate() * 10) / 10.0,
          info.blocks(),
          info.tierBlocks(),
          info.stalls(),
          info.preemptions(),
          info.idleMillis(),
          info.ageMillis());
    }

    private static String tier(SequenceInfo info) {
      if (info.tierBlocks() > 0) {
        return "host";
      }
      return info.blocks().length > 0 ? "device" : "none";
    }
  }

  /** All of the engine. */
  @JsonNaming(SnakeCaseStrategy.class)
  record State(
      int blockCount,
      int freeBlocks,
      int usedBlocks,
      int[] cachedBlocks,
      int tierBlockCount,
      int tierBlocks,
      int running,
      int yielded,
      int stalled,
      int paused,
      int preempted,
      int waiting,
      long generatedTokens,
      long computedTokens,
      long steps,
      long preemptions,
      long offloadedBlocks,
      long restoredBlocks,
      List<SequenceState> sequences) {

    static State of(EngineView view, List<SequenceState> sequences) {
      EngineSnapshot snapshot = view.snapshot();
      return new State(
          view.blockCount(),
          snapshot.freeBlocks(),
          snapshot.usedBlocks(),
          view.cachedBlocks(),
          view.tierBlockCount(),
          snapshot.tierBlocks(),
          snapshot.running(),
          snapshot.yielded(),
          snapshot.stalled(),
          snapshot.paused(),
          snapshot.preempted(),
          snapshot.waiting(),
          snapshot.generatedTokens(),
          snapshot.computedTokens(),
          snapshot.steps(),
          snapshot.preemptions(),
          snapshot.offloadedBlocks(),
          snapshot.restoredBlocks(),
          sequences);
    }
  }
}
