package dev.sluice.engine.scheduler;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets time pass for live sequences: stalled ones pause, paused ones lose their blocks, and what
 * has waited past its time ends.
 */
final class Ladder {
  private final SchedulerConfig config;
  private final LadderConfig times;
  private final Roster roster;
  private final KvSpace space;
  private final Evictor evictor;
  private final SchedulerTrace trace;
  private final List<Sequence> failed = new ArrayList<>();
  private long nextDueNanos;

  Ladder(
      SchedulerConfig config, Roster roster, KvSpace space, Evictor evictor, SchedulerTrace trace) {
    this.config = config;
    this.times = config.ladder();
    this.roster = roster;
    this.space = space;
    this.evictor = evictor;
    this.trace = trace;
  }

  /** Sequences that the last {@link #advance} ended. */
  List<Sequence> failed() {
    return failed;
  }

  /** When the next change is due, if nothing else happens; {@code Long.MAX_VALUE} for never. */
  long nextDueNanos() {
    return nextDueNanos;
  }

  /**
   * Makes the changes that are due.
   *
   * @param pressed whether sequences could not start for lack of blocks
   */
  void advance(long now, boolean pressed) {
    failed.clear();
    nextDueNanos = Long.MAX_VALUE;
    collectOverdue(now);
    for (int i = 0; i < failed.size(); i++) {
      end(failed.get(i));
    }
    Sequence victim = pauseStalled(now, pressed);
    if (victim != null) {
      evictor.preempt(victim, now); // one at a time: a copy takes a while
    }
  }

  private void collectOverdue(long now) {
    for (int i = 0; i < roster.waiting.size(); i++) {
      collectIfOverdue(roster.waiting.get(i), now);
    }
    for (int i = 0; i < roster.resident.size(); i++) {
      collectIfOverdue(roster.resident.get(i), now);
    }
    for (int i = 0; i < roster.preempted.size(); i++) {
      collectIfOverdue(roster.preempted.get(i), now);
    }
  }

  private void collectIfOverdue(Sequence sequence, long now) {
    FailureCause cause = overdue(sequence, now);
    if (cause != null) {
      sequence.failure(cause);
      failed.add(sequence);
    }
  }

  private @Nullable FailureCause overdue(Sequence sequence, long now) {
    long age = sequence.waitedNanos(now);
    SchedulingParams params = sequence.scheduling();
    if (isOver(params.deadline(), age, now)) {
      return FailureCause.DEADLINE;
    }
    if (sequence.generatedTokens() == 0 && isOver(params.firstTokenDeadline(), age, now)) {
      return FailureCause.FIRST_TOKEN_DEADLINE;
    }
    if (sequence.isHeld()) {
      return isOver(times.holdTimeoutNanos(), sequence.idleNanos(now), now)
          ? FailureCause.HOLD_TIMEOUT
          : null;
    }
    if (sequence.state() == SequenceState.WAITING) {
      return isOver(config.queueTimeoutNanos(), age - sequence.heldNanos, now)
          ? FailureCause.QUEUE_TIMEOUT
          : null;
    }
    return sequence.isIdle() ? stalledTooLong(sequence, now) : null;
  }

  private @Nullable FailureCause stalledTooLong(Sequence sequence, long now) {
    long idle = sequence.idleNanos(now);
    if (sequence.scheduling().onStall() == StallPolicy.ABORT
        && isOver(times.pauseAfterNanos(), idle, now)) {
      return FailureCause.STALL_POLICY;
    }
    return isOver(times.stallTimeoutNanos(), idle, now) ? FailureCause.STALL_TIMEOUT : null;
  }

  private boolean isOver(@Nullable Duration limit, long passed, long now) {
    return limit != null && isOver(limit.toNanos(), passed, now);
  }

  /** Whether a time has passed; if not, notes when it will have. */
  private boolean isOver(long limit, long passed, long now) {
    if (passed >= limit) {
      return true;
    }
    long left = limit - passed;
    nextDueNanos = Math.min(nextDueNanos, left > Long.MAX_VALUE - now ? nextDueNanos : now + left);
    return false;
  }

  private void end(Sequence sequence) {
    roster.remove(sequence);
    space.free(sequence);
    roster.waiting.ended(sequence);
    sequence.state(SequenceState.FAILED);
    FailureCause cause = sequence.failureCause();
    if (cause != null) {
      trace.failed(sequence, cause);
    }
  }

  /** Pauses what has stalled for long; the one to lose its blocks now, if any. */
  private @Nullable Sequence pauseStalled(long now, boolean pressed) {
    long offloadAfter = pressed ? times.offloadUnderPressureNanos() : times.offloadAfterNanos();
    Sequence victim = null;
    for (int i = 0; i < roster.resident.size(); i++) {
      Sequence sequence = roster.resident.get(i);
      long idle = sequence.idleNanos(now);
      if (sequence.state() == SequenceState.STALLED && isOver(times.pauseAfterNanos(), idle, now)) {
        sequence.state(SequenceState.PAUSED);
        trace.paused(sequence);
      }
      if (sequence.state() == SequenceState.PAUSED && isOver(offloadAfter, idle, now)) {
        nextDueNanos = victim == null ? nextDueNanos : now; // the others are due at once
        boolean longer = victim == null || sequence.idleSinceNanos < victim.idleSinceNanos;
        victim = longer ? sequence : victim;
      }
    }
    return victim;
  }
}
