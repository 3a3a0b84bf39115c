package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.FailureCause;
import dev.sluice.engine.scheduler.PreemptionCause;
import dev.sluice.engine.scheduler.SchedulerTrace;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts what happened in simulated worlds: the proof that the rare branches were reached. */
final class Tally implements SchedulerTrace {
  private final Map<String, Long> counts = new TreeMap<>();

  void count(String what) {
    count(what, 1);
  }

  void count(String what, long times) {
    counts.merge(what, times, Long::sum);
  }

  void most(String what, long value) {
    counts.merge(what, value, Math::max);
  }

  long of(String what) {
    return counts.getOrDefault(what, 0L);
  }

  private static String name(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A sequence reached its end. */
  void ended(Sequence sequence) {
    count("ended " + name(sequence.state()));
    if (sequence.finishReason() != null) {
      count("finished by " + name(sequence.finishReason()));
    }
    most("most preemptions of one stream", sequence.preemptions());
  }

  @Override
  public void admitted(Sequence sequence, int blocks, int cachedTokens) {
    count("admitted");
    count("cached prompt tokens", cachedTokens);
  }

  @Override
  public void stalled(Sequence sequence) {
    count("stalled");
  }

  @Override
  public void paused(Sequence sequence) {
    count("paused");
  }

  @Override
  public void yielded(Sequence sequence) {
    count("yielded");
  }

  @Override
  public void preempted(
      Sequence sequence, PreemptionCause cause, int blocks, boolean offloaded, int lostTokens) {
    count("preempted for " + name(cause) + ", " + (offloaded ? "offloaded" : "freed"));
  }

  @Override
  public void evicted(Sequence sequence, int blocks) {
    count("evicted from the tier");
  }

  @Override
  public void resumed(Sequence sequence, SequenceState from, long waitedNanos, int restoredBlocks) {
    count("resumed from " + name(from) + (restoredBlocks > 0 ? ", copied back" : ""));
  }

  @Override
  public void failed(Sequence sequence, FailureCause cause) {
    count("failed by " + name(cause));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    counts.forEach((what, times) -> text.append("  %,12d  %s%n".formatted(times, what)));
    return text.toString();
  }
}
