package dev.sluice.engine.simulation;

import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.kv.BlockPool;
import dev.sluice.engine.scheduler.PreemptionCause;
import dev.sluice.engine.scheduler.Scheduler;
import dev.sluice.engine.scheduler.SchedulerConfig;
import dev.sluice.engine.scheduler.SchedulerTrace;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import dev.sluice.engine.scheduler.StepPlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What must hold of every step, whatever the scheduler decides. */
final class StepChecks implements SchedulerTrace {
  private final SchedulerConfig config;
  private final List<Stream> live;
  private final boolean[] written; // [slots], by the batch at hand
  private final @Nullable Stream[] holder; // [blocks], the first that was found to hold it
  private final int[] place; // [blocks], where in the holder's table

  private boolean madeTierRoom;

  /**
   * @param live the streams that have not ended, in order of arrival
   */
  StepChecks(SchedulerConfig config, List<Stream> live) {
    this.config = config;
    this.live = live;
    written = new boolean[config.blockCount() * config.blockSize()];
    holder = new Stream[config.blockCount()];
    place = new int[config.blockCount()];
  }

  /** No sequence that runs loses its blocks while one that stands holds some. */
  @Override
  public void preempted(
      Sequence sequence, PreemptionCause cause, int blocks, boolean offloaded, int lostTokens) {
    require(offloaded || !madeTierRoom, "copies made room for ", sequence, ", which is not copied");
    madeTierRoom = false;
    if (cause != PreemptionCause.PRESSURE) {
      return;
    }
    boolean alone = true;
    for (Stream stream : live) {
      SequenceState state = stream.sequence.state();
      require(
          state != SequenceState.STALLED && state != SequenceState.PAUSED,
          sequence,
          " loses its blocks for pressure while ",
          stream.sequence,
          " holds some");
      if (state == SequenceState.RUNNING && stream.sequence != sequence) {
        alone = false;
        require(
            !isBefore(sequence, stream.sequence),
            sequence,
            " loses its blocks for pressure before the lesser ",
            stream.sequence);
      }
    }
    require(!alone, sequence, " loses its blocks for pressure though nobody else runs");
  }

  /** A copy in the host tier is forgotten only for the one that follows. */
  @Override
  public void evicted(Sequence sequence, int blocks) {
    madeTierRoom = true;
  }

  private boolean isBefore(Sequence a, Sequence b) {
    return a.priority() != b.priority() ? a.priority() < b.priority() : orderOf(a) < orderOf(b);
  }

  private int orderOf(Sequence sequence) {
    int order = 0;
    while (live.get(order).sequence != sequence) {
      order++;
    }
    return order;
  }

  /** The plan keeps to the limits, serves only who asked, and above all the oldest of the best. */
  void checkPlan(StepPlan plan) {
    require(plan.totalTokens() <= config.maxBatchedTokens(), plan.totalTokens(), " tokens");
    require(plan.count() <= config.maxSequences(), plan.count(), " sequences");
    List<Sequence> planned = new ArrayList<>();
    int tokens = 0;
    for (int i = 0; i < plan.count(); i++) {
      Sequence sequence = plan.sequence(i);
      require(!planned.contains(sequence), sequence, " is planned twice");
      require(sequence.state() == SequenceState.RUNNING, sequence, " is planned");
      require(!sequence.isIdle(), sequence, " is planned without demand");
      require(plan.tokenCount(i) > 0, sequence, " is planned with no token");
      planned.add(sequence);
      tokens += plan.tokenCount(i);
    }
    require(tokens == plan.totalTokens(), plan.totalTokens(), " tokens are not the sum");
    live.stream()
        .map(stream -> stream.sequence)
        .filter(sequence -> sequence.state() == SequenceState.RUNNING)
        .min(Comparator.comparingInt(Sequence::priority)) // the first of equals: the oldest
        .ifPresent(best -> require(planned.contains(best), best, ", the best, waits"));
  }

  /** Nothing is planned only if nobody waits but for time, for a reader, or for a leader. */
  void checkNothingPlanned(ReferenceModel model, long now) {
    for (Stream stream : live) {
      Sequence sequence = stream.sequence;
      boolean ahead = sequence.dryAtNanos() > now;
      boolean waits = model.waitsForLeader(sequence);
      if (!sequence.state().isTerminal() && !sequence.isIdle() && !ahead && !waits) {
        throw new SimulationFailure(
            SimulationFailure.Kind.LIVENESS, "nothing advances, though " + sequence + " could");
      }
    }
  }

  /** No two tokens write one slot, and none writes a block that another holds as well. */
  void checkBatch(ForwardBatch batch, BlockPool pool) {
    Arrays.fill(written, false);
    for (int t = 0; t < batch.tokenCount; t++) {
      int slot = batch.slots[t];
      int block = slot / config.blockSize();
      require(!written[slot], "slot ", slot, " is written twice");
      require(pool.references(block) == 1, "slot ", slot, " of a shared block is written");
      written[slot] = true;
    }
  }

  /** Memory adds up; a shared block is full and means the same to all who hold it. */
  void checkMemory(Scheduler scheduler) {
    BlockPool pool = scheduler.pool();
    require(
        pool.freeCount() + pool.cachedCount() + pool.usedCount() == config.blockCount(),
        pool.freeCount() + pool.cachedCount() + pool.usedCount(),
        " blocks are free, cached or used");
    Arrays.fill(holder, null);
    int used = 0;
    int tierUsed = 0;
    for (Stream stream : live) {
      tierUsed += stream.sequence.tierBlockCount();
      int[] blocks = stream.sequence.blockIds();
      require(
          blocks.length == 0 || stream.sequence.state().isResident(),
          stream.sequence,
          " holds blocks");
      require(
          blocks.length <= blocksFor(stream.sequence.length())
              && (blocks.length == 0
                  || blocks.length >= blocksFor(stream.sequence.computedTokens())),
          stream.sequence,
          " has the wrong number of blocks");
      for (int i = 0; i < blocks.length; i++) {
        used += holder[blocks[i]] == null ? 1 : 0;
        checkHeld(stream, blocks[i], i);
      }
    }
    require(used == pool.usedCount(), used, " blocks are held, not ", pool.usedCount());
    require(
        tierUsed == scheduler.tier().usedCount(),
        tierUsed,
        " host blocks are held, not ",
        scheduler.tier().usedCount());
  }

  private void checkHeld(Stream stream, int block, int index) {
    Stream other = holder[block];
    if (other == null) {
      holder[block] = stream;
      place[block] = index;
      return;
    }
    int end = (index + 1) * config.blockSize();
    boolean alike =
        place[block] == index
            && end <= stream.length
            && end <= other.length
            && stream.request.tenant() == other.request.tenant()
            && Arrays.equals(stream.tokens, 0, end, other.tokens, 0, end);
    require(alike, "block ", block, " is shared by unlike sequences");
    require(
        end <= stream.sequence.computedTokens() && end <= other.sequence.computedTokens(),
        "block ",
        block,
        " is shared and not full");
  }

  private int blocksFor(int tokens) {
    return (tokens + config.blockSize() - 1) / config.blockSize();
  }

  /** Fails unless a condition holds, with a message that is put together only then. */
  static void require(boolean condition, Object... message) {
    if (!condition) {
      throw new SimulationFailure(
          SimulationFailure.Kind.INVARIANT,
          Arrays.stream(message).map(String::valueOf).collect(Collectors.joining()));
    }
  }
}
