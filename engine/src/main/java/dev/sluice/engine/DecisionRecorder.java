package dev.sluice.engine;

import dev.sluice.engine.FlightEvents.SequenceEvent;
import dev.sluice.engine.scheduler.FailureCause;
import dev.sluice.engine.scheduler.PreemptionCause;
import dev.sluice.engine.scheduler.SchedulerTrace;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;

/** Passes the scheduler's decisions on to meters and to flight recordings. */
final class DecisionRecorder implements SchedulerTrace {
  private final EngineObserver observer;

  DecisionRecorder(EngineObserver observer) {
    this.observer = observer;
  }

  private static void commit(SequenceEvent event, Sequence sequence) {
    if (event.shouldCommit()) {
      event.sequence = sequence.id();
      event.promptTokens = sequence.promptTokens();
      event.generatedTokens = sequence.generatedTokens();
      event.commit();
    }
  }

  @Override
  public void admitted(Sequence sequence, int blocks, int cachedTokens) {
    FlightEvents.Admitted event = new FlightEvents.Admitted();
    event.blocks = blocks;
    event.cachedTokens = cachedTokens;
    commit(event, sequence);
  }

  @Override
  public void allocated(Sequence sequence, int blocks) {
    FlightEvents.Allocated event = new FlightEvents.Allocated();
    event.blocks = blocks;
    commit(event, sequence);
  }

  @Override
  public void stalled(Sequence sequence) {
    observer.onStalled();
    commit(new FlightEvents.Stalled(), sequence);
  }

  @Override
  public void paused(Sequence sequence) {
    commit(new FlightEvents.Paused(), sequence);
  }

  @Override
  public void yielded(Sequence sequence) {
    commit(new FlightEvents.Yielded(), sequence);
  }

  @Override
  public void preempted(
      Sequence sequence, PreemptionCause cause, int blocks, boolean offloaded, int lostTokens) {
    observer.onPreempted(cause, offloaded, lostTokens);
    FlightEvents.Preempted event = new FlightEvents.Preempted();
    event.cause = cause.name();
    event.blocks = blocks;
    event.offloaded = offloaded;
    event.lostTokens = lostTokens;
    commit(event, sequence);
  }

  @Override
  public void evicted(Sequence sequence, int blocks) {
    FlightEvents.Evicted event = new FlightEvents.Evicted();
    event.blocks = blocks;
    commit(event, sequence);
  }

  @Override
  public void returned(Sequence sequence, long idleNanos) {
    observer.onReturned(idleNanos);
    FlightEvents.Returned event = new FlightEvents.Returned();
    event.idle = idleNanos;
    commit(event, sequence);
  }

  @Override
  public void resumed(Sequence sequence, SequenceState from, long waitedNanos, int restoredBlocks) {
    observer.onResumed(from, waitedNanos);
    FlightEvents.Resumed event = new FlightEvents.Resumed();
    event.from = from.name();
    event.waited = waitedNanos;
    event.restoredBlocks = restoredBlocks;
    commit(event, sequence);
  }

  @Override
  public void failed(Sequence sequence, FailureCause cause) {
    observer.onFailed(cause);
    FlightEvents.Failed event = new FlightEvents.Failed();
    event.cause = cause.name();
    commit(event, sequence);
  }
}
