package dev.sluice.engine.scheduler;

import dev.sluice.engine.kv.BlockPool;
import org.jspecify.annotations.Nullable;

/**
 * Takes KV blocks from those who need them least: first from readers that don't read, longest stall
 * first, then from streams whose readers are far behind them, and only then from the least of those
 * that read.
 *
 * <p>A victim's blocks are copied to the host tier if there is room and that is cheaper than to
 * compute them again. Room there is made by forgetting the copies of those that have been idle for
 * longest.
 */
final class Evictor {
  private final Roster roster;
  private final KvSpace space;
  private final CostModel costs;
  private final SchedulerTrace trace;

  private long preemptions;
  private long evictions;

  Evictor(Roster roster, KvSpace space, CostModel costs, SchedulerTrace trace) {
    this.roster = roster;
    this.space = space;
    this.costs = costs;
    this.trace = trace;
  }

  /**
   * Makes so many blocks available for a sequence that is about to start, without taking any from
   * sequences that run; false if that is not enough. Then nothing is taken, unless victims share
   * blocks with each other, which only shows when they are gone.
   */
  boolean reclaim(int blocks, Sequence forWhom, long now) {
    BlockPool pool = space.pool();
    int obtainable = pool.availableCount();
    for (int i = 0; i < roster.resident.size() && obtainable < blocks; i++) {
      Sequence candidate = roster.resident.get(i);
      obtainable += canSpare(candidate, forWhom) ? candidate.blocks.size() : 0;
    }
    if (obtainable < blocks) {
      return false;
    }
    while (pool.availableCount() < blocks) {
      Sequence victim = leastMissed(forWhom);
      if (victim == null) {
        return false; // shared blocks counted more than once
      }
      preempt(victim, now);
    }
    return true;
  }

  /** Takes the blocks of the one that needs them least, which may be a sequence that runs. */
  Sequence preemptOne(Sequence forWhom, long now) {
    Sequence victim = leastMissed(forWhom);
    if (victim == null) {
      victim = worstRunning();
    }
    preempt(victim, now);
    return victim;
  }

  private @Nullable Sequence leastMissed(Sequence forWhom) {
    Sequence least = null;
    for (int i = 0; i < roster.resident.size(); i++) {
      Sequence candidate = roster.resident.get(i);
      if (canSpare(candidate, forWhom) && (least == null || isLessMissed(candidate, least))) {
        least = candidate;
      }
    }
    return least;
  }

  private static boolean canSpare(Sequence candidate, Sequence forWhom) {
    return switch (candidate.state()) {
      case STALLED, PAUSED -> true;
      case YIELDED -> candidate.dryAtNanos() > forWhom.dryAtNanos();
      default -> false;
    };
  }

  private static boolean isLessMissed(Sequence a, Sequence b) {
    int rankA = rank(a);
    int rankB = rank(b);
    if (rankA != rankB) {
      return rankA < rankB;
    }
    if (a.isIdle()) {
      return a.idleSinceNanos != b.idleSinceNanos
          ? a.idleSinceNanos < b.idleSinceNanos
          : a.computedTokens < b.computedTokens;
    }
    return a.dryAtNanos() > b.dryAtNanos();
  }

  private static int rank(Sequence sequence) {
    return switch (sequence.state()) {
      case PAUSED -> 0;
      case STALLED -> 1;
      default -> 2;
    };
  }

  /** The last of those that run or could: never the oldest of the best class, unless alone. */
  private Sequence worstRunning() {
    Sequence worst = null;
    for (int i = roster.resident.size() - 1; i >= 0; i--) {
      Sequence candidate = roster.resident.get(i);
      if (candidate.state() == SequenceState.YIELDED) {
        return candidate;
      }
      if (worst == null && candidate.state() == SequenceState.RUNNING) {
        worst = candidate;
      }
    }
    if (worst == null) {
      throw new IllegalStateException("no sequence runs, so none can need blocks");
    }
    return worst;
  }

  /** Takes a resident sequence's blocks. */
  void preempt(Sequence victim, long now) {
    int blocks = victim.blocks.size();
    int computed = victim.computedTokens;
    PreemptionCause cause = causeOf(victim);
    boolean offload = isWorthOffloading(victim);
    if (offload) {
      space.offload(victim);
    } else {
      space.free(victim);
    }
    victim.countPreemption();
    victim.preemptedNanos = now;
    roster.place(victim, SequenceState.PREEMPTED);
    preemptions++;
    trace.preempted(victim, cause, blocks, offload, offload ? 0 : computed);
  }

  private static PreemptionCause causeOf(Sequence victim) {
    return switch (victim.state()) {
      case STALLED, PAUSED -> PreemptionCause.IDLE;
      case YIELDED -> PreemptionCause.SLACK;
      default -> PreemptionCause.PRESSURE;
    };
  }

  private boolean isWorthOffloading(Sequence victim) {
    int blocks = space.computedBlocks(victim);
    return blocks > 0
        && blocks <= space.tier().blockCount()
        && costs.isCopyCheaper(blocks, victim.computedTokens)
        && makeTierRoom(blocks);
  }

  private boolean makeTierRoom(int blocks) {
    if (tierBlocksObtainable() < blocks) {
      return false;
    }
    while (space.tier().freeCount() < blocks) {
      Sequence oldest = longestIdleInTier();
      if (oldest == null) {
        throw new IllegalStateException("the host tier's blocks were counted wrongly");
      }
      int held = oldest.tierBlocks.size();
      space.free(oldest);
      evictions++;
      trace.evicted(oldest, held);
    }
    return true;
  }

  private int tierBlocksObtainable() {
    int obtainable = space.tier().freeCount();
    for (int i = 0; i < roster.preempted.size(); i++) {
      Sequence candidate = roster.preempted.get(i);
      obtainable += candidate.isIdle() ? candidate.tierBlocks.size() : 0;
    }
    return obtainable;
  }

  private @Nullable Sequence longestIdleInTier() {
    Sequence oldest = null;
    for (int i = 0; i < roster.preempted.size(); i++) {
      Sequence candidate = roster.preempted.get(i);
      if (candidate.isOffloaded()
          && candidate.isIdle()
          && (oldest == null || candidate.idleSinceNanos < oldest.idleSinceNanos)) {
        oldest = candidate;
      }
    }
    return oldest;
  }

  long preemptions() {
    return preemptions;
  }

  /** Copies in the host tier that were given up for others. */
  long evictions() {
    return evictions;
  }
}
