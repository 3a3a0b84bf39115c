package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.FailureCause;
import dev.sluice.engine.scheduler.LadderConfig;
import dev.sluice.engine.scheduler.PreemptionCause;
import dev.sluice.engine.scheduler.SchedulerConfig;
import dev.sluice.engine.scheduler.SchedulerTrace;
import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import dev.sluice.engine.scheduler.StallPolicy;
import dev.sluice.engine.scheduler.StepPlan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What every sequence's state must be, told naively from what was asked of the scheduler and from
 * the decisions that it tells of.
 *
 * <p>What follows from readers, operators and time is predicted: who is idle, who pauses, who fails
 * of what and when. What the scheduler is free to decide, such as who is admitted or preempted, is
 * followed and checked to be a lawful step. It knows nothing of blocks and keeps a plain map.
 */
final class ReferenceModel implements SchedulerTrace {
  private static final Set<SequenceState> STANDING =
      EnumSet.of(SequenceState.STALLED, SequenceState.PAUSED);

  private final SchedulerConfig config;
  private final LadderConfig ladder;
  private final Map<Sequence, Entry> live = new LinkedHashMap<>(); // in order of arrival
  private final FairModel fair;
  private final List<Entry> admitted = new ArrayList<>(); // by the plan at hand, in order
  private final List<Entry> restored = new ArrayList<>(); // by the plan at hand
  private boolean tookIdleBlocks;
  private long arrivals;
  private long now;

  ReferenceModel(SchedulerConfig config) {
    this.config = config;
    ladder = config.ladder();
    fair = new FairModel(config.tenantWeights());
  }

  /** What is known of a sequence. */
  static final class Entry {
    final Sequence sequence;
    final @Nullable Entry leader; // of its group; null for the leader itself
    final long submittedNanos;
    final long order;
    SequenceState state = SequenceState.WAITING;
    SequenceState standing = SequenceState.STALLED; // where it stood before it ran again
    int priority;
    boolean dry = true; // its reader asked for too little
    boolean held;
    boolean offloaded;
    boolean ended;
    long idleSinceNanos;
    long heldNanos; // before it was admitted, which is no waiting
    int chargedTokens;
    boolean waitedForLeader; // when the plan at hand was begun
    @Nullable FailureCause due; // by the plan at hand

    Entry(Sequence sequence, @Nullable Entry leader, long now, long order) {
      this.sequence = sequence;
      this.leader = leader;
      this.order = order;
      submittedNanos = now;
      idleSinceNanos = now;
      priority = sequence.scheduling().priority();
    }

    boolean isIdle() {
      return dry || held;
    }

    /** Whether it waits until its leader has computed the prompt that they share. */
    boolean waitsForLeader() {
      return leader != null
          && !leader.ended
          && !leader.isIdle()
          && leader.sequence.computedTokens() < leader.sequence.promptTokens();
    }
  }

  void submitted(Sequence sequence, @Nullable Sequence leader, long at) {
    Entry leads = leader == null ? null : live.get(leader);
    live.put(sequence, new Entry(sequence, leads, at, arrivals++));
    fair.submitted(sequence.scheduling().tenant());
  }

  /** A reader's demand, before the scheduler is told of it. */
  void demanded(Sequence sequence, long tokens, long at) {
    Entry entry = entry(sequence);
    boolean wasIdle = entry.isIdle();
    entry.dry = tokens < (entry.dry ? ladder.resumeAt() : 1);
    if (wasIdle != entry.isIdle()) {
      entry.idleSinceNanos = at;
      settle(entry);
    }
  }

  /** An operator's hold or release, before the scheduler is told of it. */
  void held(Sequence sequence, boolean held, long at) {
    Entry entry = entry(sequence);
    if (entry.held != held) {
      boolean wasIdle = entry.isIdle();
      if (!held && entry.state == SequenceState.WAITING) {
        entry.heldNanos += at - entry.idleSinceNanos;
      }
      entry.held = held;
      entry.idleSinceNanos = at; // neither time counts as the other
      if (wasIdle != entry.isIdle()) {
        settle(entry);
      }
    }
  }

  private static void settle(Entry entry) {
    if (!entry.state.isResident()) {
      return;
    }
    if (entry.isIdle()) {
      entry.state = SequenceState.STALLED;
    } else {
      entry.standing = entry.state;
      entry.state = SequenceState.RUNNING;
    }
  }

  void reprioritised(Sequence sequence, int priority) {
    entry(sequence).priority = priority;
  }

  /** A sequence has ended, by whatever. */
  void ended(Sequence sequence) {
    Entry entry = entry(sequence);
    entry.ended = true;
    live.remove(sequence);
    fair.ended(sequence.scheduling().tenant());
  }

  /** Predicts, before a plan is made, what time does to each sequence. */
  void beforePlan(long at) {
    now = at;
    admitted.clear();
    restored.clear();
    tookIdleBlocks = false;
    for (Entry entry : live.values()) {
      entry.due = due(entry);
      entry.waitedForLeader = entry.waitsForLeader();
    }
  }

  private @Nullable FailureCause due(Entry entry) {
    SchedulingParams params = entry.sequence.scheduling();
    long age = now - entry.submittedNanos;
    long idle = entry.isIdle() ? now - entry.idleSinceNanos : 0;
    if (isOver(params.deadline(), age)) {
      return FailureCause.DEADLINE;
    }
    if (entry.sequence.generatedTokens() == 0 && isOver(params.firstTokenDeadline(), age)) {
      return FailureCause.FIRST_TOKEN_DEADLINE;
    }
    if (entry.held) {
      return idle >= ladder.holdTimeoutNanos() ? FailureCause.HOLD_TIMEOUT : null;
    }
    if (entry.state == SequenceState.WAITING) {
      return age - entry.heldNanos >= config.queueTimeoutNanos()
          ? FailureCause.QUEUE_TIMEOUT
          : null;
    }
    if (!entry.dry) {
      return null;
    }
    if (params.onStall() == StallPolicy.ABORT && idle >= ladder.pauseAfterNanos()) {
      return FailureCause.STALL_POLICY;
    }
    return idle >= ladder.stallTimeoutNanos() ? FailureCause.STALL_TIMEOUT : null;
  }

  private static boolean isOver(@Nullable Duration limit, long passed) {
    return limit != null && passed >= limit.toNanos();
  }

  /** Checks, after a plan was made, that the scheduler's sequences are where they must be. */
  void afterPlan(StepPlan plan, List<Sequence> failed) {
    for (Sequence sequence : failed) {
      Entry entry = entry(sequence);
      require(entry.due != null, entry, "failed before its time");
      require(entry.due == sequence.failureCause(), entry, "failed, but not of " + entry.due);
    }
    for (Entry entry : live.values()) {
      require(
          entry.due == null || failed.contains(entry.sequence),
          entry,
          "lives on, though it should have failed of " + entry.due);
      if (entry.due == null) {
        checkStanding(entry);
      }
    }
    fair.checkAdmissions(plan, admitted, live.values(), now);
    checkStates();
  }

  private void checkStanding(Entry entry) {
    require(
        entry.state != SequenceState.STALLED
            || now - entry.idleSinceNanos < ladder.pauseAfterNanos(),
        entry,
        "has not paused in time");
    require(
        entry.state != SequenceState.PAUSED
            || now - entry.idleSinceNanos < ladder.offloadAfterNanos()
            || tookIdleBlocks,
        entry,
        "keeps its blocks beyond its time");
  }

  /** Whether a sequence waits for another to compute the prompt that they share. */
  boolean waitsForLeader(Sequence sequence) {
    return entry(sequence).waitsForLeader();
  }

  /** The copies of the plan at hand failed: all that lay in the host tier is lost. */
  void copiesFailed(StepPlan plan) {
    for (Entry entry : live.values()) {
      entry.offloaded = false;
    }
    for (int i = 0; i < plan.count(); i++) {
      Entry entry = entry(plan.sequence(i));
      if (restored.contains(entry) || (entry.leader != null && restored.contains(entry.leader))) {
        entry.state = SequenceState.PREEMPTED; // it has, or may share, what was not copied
      }
    }
    checkStates();
  }

  /** Checks that every live sequence is where it must be. */
  void checkStates() {
    for (Entry entry : live.values()) {
      SequenceState actual = entry.due == null ? entry.state : SequenceState.FAILED;
      require(entry.sequence.state() == actual, entry, "is there instead");
      if (entry.due == null) {
        require(entry.sequence.isIdle() == entry.isIdle(), entry, "disagrees on being idle");
        require(entry.sequence.isOffloaded() == entry.offloaded, entry, "disagrees on its copy");
      }
    }
  }

  @Override
  public void admitted(Sequence sequence, int blocks, int cachedTokens) {
    Entry entry = entry(sequence);
    require(entry.state == SequenceState.WAITING, entry, "is admitted");
    require(!entry.isIdle(), entry, "is admitted without demand");
    entry.state = SequenceState.RUNNING;
    admitted.add(entry);
  }

  @Override
  public void stalled(Sequence sequence) {
    require(entry(sequence).state == SequenceState.STALLED, entry(sequence), "stalls");
  }

  @Override
  public void paused(Sequence sequence) {
    Entry entry = entry(sequence);
    require(entry.state == SequenceState.STALLED, entry, "pauses");
    require(
        now - entry.idleSinceNanos >= ladder.pauseAfterNanos(), entry, "pauses before its time");
    entry.state = SequenceState.PAUSED;
  }

  @Override
  public void yielded(Sequence sequence) {
    Entry entry = entry(sequence);
    require(entry.state == SequenceState.RUNNING, entry, "yields");
    entry.state = SequenceState.YIELDED;
  }

  @Override
  public void preempted(
      Sequence sequence, PreemptionCause cause, int blocks, boolean offloaded, int lostTokens) {
    Entry entry = entry(sequence);
    require(entry.state.isResident(), entry, "is preempted");
    PreemptionCause expected =
        STANDING.contains(entry.state)
            ? PreemptionCause.IDLE
            : entry.state == SequenceState.YIELDED
                ? PreemptionCause.SLACK
                : PreemptionCause.PRESSURE;
    require(cause == expected, entry, "is preempted for " + cause);
    tookIdleBlocks |= cause == PreemptionCause.IDLE;
    entry.state = SequenceState.PREEMPTED;
    entry.offloaded = offloaded;
  }

  @Override
  public void evicted(Sequence sequence, int blocks) {
    Entry entry = entry(sequence);
    require(entry.offloaded, entry, "is evicted from where it is not");
    require(entry.isIdle(), entry, "is evicted though its reader reads");
    entry.offloaded = false;
  }

  @Override
  public void resumed(Sequence sequence, SequenceState from, long waitedNanos, int restoredBlocks) {
    Entry entry = entry(sequence);
    require(!entry.isIdle(), entry, "resumes without demand");
    if (STANDING.contains(from)) {
      require(entry.state == SequenceState.RUNNING, entry, "resumes from " + from);
      require(entry.standing == from, entry, "stood as " + entry.standing + ", not as " + from);
      return;
    }
    require(entry.state == from, entry, "resumes from " + from);
    entry.state = SequenceState.RUNNING;
    if (from == SequenceState.PREEMPTED) {
      require(restoredBlocks == 0 || entry.offloaded, entry, "is copied back from nowhere");
      require(waitedNanos >= 0, entry, "waited for less than no time");
      if (restoredBlocks > 0) {
        restored.add(entry);
      }
      entry.offloaded = false;
    }
  }

  private Entry entry(Sequence sequence) {
    Entry entry = live.get(sequence);
    if (entry == null) {
      throw new SimulationFailure(
          SimulationFailure.Kind.MODEL, sequence + " is spoken of after its end");
    }
    return entry;
  }

  private static void require(boolean condition, Entry entry, String message) {
    if (!condition) {
      throw new SimulationFailure(
          SimulationFailure.Kind.MODEL,
          entry.sequence + ", which the model has as " + entry.state + ", " + message);
    }
  }
}
