package dev.sluice.engine.scheduler;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides who of those that could run does, when there are more than places in the batch or when
 * prompts wait: streams whose readers are far behind them yield, and are back before their readers
 * have caught up.
 *
 * <p>How far a reader is behind is known where it gives credits. A stream without a known lead
 * yields only if there are more streams than places, and then the last comes first to yield.
 */
final class Turns {
  /**
   * A stream yields to a prompt only if its reader has that much to read. With less, streams take
   * turns so often that under load their blocks travel more than they compute: {@code sluice bench
   * burst} shows it.
   */
  private static final long YIELD_SLACK_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A stream comes back when its reader has that much left, and the time to bring it back. */
  private static final long RETURN_SLACK_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

  private final SchedulerConfig config;
  private final Roster roster;
  private final CostModel costs;
  private final SchedulerTrace trace;

  Turns(SchedulerConfig config, Roster roster, CostModel costs, SchedulerTrace trace) {
    this.config = config;
    this.roster = roster;
    this.costs = costs;
    this.trace = trace;
  }

  /**
   * Assigns the places of the next step.
   *
   * @param blocksWanted blocks that were lacking when the last step was planned; 0 if none were
   * @param wanting sequences that want to start or to come back now
   */
  void assign(long now, int blocksWanted, int wanting) {
    int running = roster.count(SequenceState.RUNNING);
    running += comeBack(now, running, wanting > 0);
    while (running > config.maxSequences()) {
      standBack(leastUrgent(now, -1));
      running--;
    }
    if (config.slack() && wanting > 0) {
      yieldToPrompts(now, running, blocksWanted, wanting);
    }
  }

  /** Brings back those whose readers will soon have caught up, and others while there is room. */
  private int comeBack(long now, int running, boolean contended) {
    int back = 0;
    for (int i = 0; i < roster.resident.size(); i++) {
      Sequence sequence = roster.resident.get(i);
      if (sequence.state() == SequenceState.YIELDED
          && comesBack(sequence, now, contended, running + back < config.maxSequences())) {
        sequence.state(SequenceState.RUNNING);
        trace.resumed(sequence, SequenceState.YIELDED, 0, 0);
        back++;
      }
    }
    return back;
  }

  private boolean comesBack(Sequence sequence, long now, boolean contended, boolean free) {
    boolean hasLead = sequence.dryAtNanos() != Sequence.NO_LEAD;
    return (free && !(contended && hasLead)) || (hasLead && isUrgent(sequence, now));
  }

  /** Whether a stream that stands back must run again, or its reader would have to wait. */
  boolean isUrgent(Sequence sequence, long now) {
    int missing = sequence.isOffloaded() ? 0 : sequence.missingTokens();
    long toComeBack = costs.resumeNanos(sequence.tierBlocks.size(), missing);
    return sequence.slackNanos(now) <= RETURN_SLACK_NANOS + toComeBack;
  }

  private void yieldToPrompts(long now, int running, int blocksWanted, int wanting) {
    int places = running + wanting - config.maxSequences();
    int blocks = blocksWanted;
    while (places > 0 || blocks > 0) {
      Sequence sequence = leastUrgent(now, YIELD_SLACK_NANOS);
      if (sequence == null) {
        return;
      }
      standBack(sequence);
      places--;
      blocks -= sequence.blocks.size();
    }
  }

  /** Of those that run and have more slack than that, the one with most, and of such the last. */
  private @Nullable Sequence leastUrgent(long now, long moreThanNanos) {
    Sequence least = null;
    for (int i = 0; i < roster.resident.size(); i++) {
      Sequence candidate = roster.resident.get(i);
      if (candidate.state() == SequenceState.RUNNING
          && candidate.slackNanos(now) > moreThanNanos
          && (least == null || candidate.slackNanos(now) >= least.slackNanos(now))) {
        least = candidate;
      }
    }
    return least;
  }

  private void standBack(@Nullable Sequence sequence) {
    if (sequence != null) {
      sequence.state(SequenceState.YIELDED);
      trace.yielded(sequence);
    }
  }
}
