package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.FailureCause;
import dev.sluice.engine.scheduler.PreemptionCause;
import dev.sluice.engine.scheduler.SchedulerTrace;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import java.util.List;

/** Tells several listeners of the scheduler's decisions, and how many there were. */
final class Traces implements SchedulerTrace {
  private final List<SchedulerTrace> listeners;
  private long decisions;

  Traces(SchedulerTrace... listeners) {
    this.listeners = List.of(listeners);
  }

  long decisions() {
    return decisions;
  }

  private List<SchedulerTrace> all() {
    decisions++;
    return listeners;
  }

  @Override
  public void admitted(Sequence sequence, int blocks, int cachedTokens) {
    all().forEach(listener -> listener.admitted(sequence, blocks, cachedTokens));
  }

  @Override
  public void allocated(Sequence sequence, int blocks) {
    all().forEach(listener -> listener.allocated(sequence, blocks));
  }

  @Override
  public void stalled(Sequence sequence) {
    all().forEach(listener -> listener.stalled(sequence));
  }

  @Override
  public void paused(Sequence sequence) {
    all().forEach(listener -> listener.paused(sequence));
  }

  @Override
  public void yielded(Sequence sequence) {
    all().forEach(listener -> listener.yielded(sequence));
  }

  @Override
  public void preempted(
      Sequence sequence, PreemptionCause cause, int blocks, boolean offloaded, int lostTokens) {
    all().forEach(listener -> listener.preempted(sequence, cause, blocks, offloaded, lostTokens));
  }

  @Override
  public void evicted(Sequence sequence, int blocks) {
    all().forEach(listener -> listener.evicted(sequence, blocks));
  }

  @Override
  public void returned(Sequence sequence, long idleNanos) {
    all().forEach(listener -> listener.returned(sequence, idleNanos));
  }

  @Override
  public void resumed(Sequence sequence, SequenceState from, long waitedNanos, int restoredBlocks) {
    all().forEach(listener -> listener.resumed(sequence, from, waitedNanos, restoredBlocks));
  }

  @Override
  public void failed(Sequence sequence, FailureCause cause) {
    all().forEach(listener -> listener.failed(sequence, cause));
  }
}
