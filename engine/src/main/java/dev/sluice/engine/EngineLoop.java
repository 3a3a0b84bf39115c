package dev.sluice.engine;

import dev.sluice.engine.EngineException.Kind;
import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.scheduler.FailureCause;
import dev.sluice.engine.scheduler.FinishReason;
import dev.sluice.engine.scheduler.Scheduler;
import dev.sluice.engine.scheduler.SchedulerConfig;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import dev.sluice.engine.scheduler.StepPlan;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.stream.TokenEvent.LastToken;
import dev.sluice.engine.stream.TokenEvent.PromptInfo;
import dev.sluice.engine.stream.TokenEvent.Token;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's one thread: takes in requests and demand, plans a step, runs it, publishes its
 * tokens.
 *
 * <p>All scheduler and KV state belongs to this thread. Others reach it through the inbox and learn
 * from it through snapshots; nothing here takes a lock.
 */
final class EngineLoop implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(EngineLoop.class);

  private static final String SHUTTING_DOWN = "the server is shutting down";

  /** How long the loop sleeps at most: the pulse of its heartbeat. */
  private static final long PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long SNAPSHOT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Backend backend;
  private final Scheduler scheduler;
  private final Admission admission;
  private final EngineObserver observer;
  private final ForwardBatch batch;
  private final Failures failures;
  private final long stallTimeoutNanos;

  private final Doorbell bell = new Doorbell();
  private final Queue<Command> inbox = new ConcurrentLinkedQueue<>();
  private final List<ActiveRequest> active = new ArrayList<>();
  private final Map<Sequence, ActiveRequest> bySequence = new HashMap<>();

  private volatile boolean draining;
  private volatile boolean stopped;
  private volatile boolean ended;
  private volatile EngineSnapshot snapshot;

  private long steps;
  private long computedTokens;
  private long generatedTokens;

  EngineLoop(EngineConfig config, Backend backend, Admission admission, EngineObserver observer) {
    this.backend = backend;
    this.admission = admission;
    this.observer = observer;
    BackendInfo info = backend.info();
    SchedulerConfig limits = schedulerConfig(config, info);
    scheduler = new Scheduler(limits, new DecisionRecorder(observer));
    failures = new Failures(config);
    stallTimeoutNanos = config.ladder().stallTimeoutNanos();
    int maxBlocks = (limits.maxContext() + info.blockSize() - 1) / info.blockSize();
    batch = new ForwardBatch(limits.maxBatchedTokens(), limits.maxSequences(), maxBlocks);
    snapshot = takeSnapshot(System.nanoTime());
  }

  private static SchedulerConfig schedulerConfig(EngineConfig config, BackendInfo info) {
    return new SchedulerConfig(
        config.maxSequences(),
        config.maxBatchedTokens(),
        Math.min(config.maxModelLen(), info.maxModelLen()),
        info.blockSize(),
        info.blockCount(),
        config.prefixCaching(),
        config.queueTimeout().toNanos(),
        info.name(),
        info.tierBlockCount(),
        config.reachableLadder(),
        config.slack(),
        config.tenantWeights());
  }

  /** The longest context that a sequence can reach, in tokens. */
  int maxContext() {
    return scheduler.config().maxContext();
  }

  EngineSnapshot snapshot() {
    return snapshot;
  }

  boolean isDraining() {
    return draining;
  }

  /** Hands a command to the loop; any thread. */
  void post(Command command) {
    inbox.add(command);
    wake();
    if (ended) {
      refuseLate(); // the loop may have looked into its inbox for the last time
    }
  }

  private void refuseLate() {
    for (Command command = inbox.poll(); command != null; command = inbox.poll()) {
      EngineException refusal = new EngineException(Kind.SHUTTING_DOWN, SHUTTING_DOWN);
      switch (command) {
        case Command.Submit submit -> {
          submit.request().leaveQueue();
          submit.request().stream.error(refusal);
        }
        case Command.Control control -> control.answer().complete(false);
        case Command.View view -> view.answer().completeExceptionally(refusal);
      }
    }
  }

  /** Makes the loop look at its inbox and at every reader's demand again; wait-free, any thread. */
  void wake() {
    bell.ring();
  }

  /** Refuses what waits from now on; any thread. */
  void drain() {
    draining = true;
    wake();
  }

  /** Ends everything with {@code SHUTTING_DOWN} and leaves the loop; any thread. */
  void stop() {
    draining = true;
    stopped = true;
    wake();
  }

  @Override
  public void run() {
    bell.belongsToThisThread();
    try {
      while (!stopped) {
        step();
      }
      endAll(new EngineException(Kind.SHUTTING_DOWN, SHUTTING_DOWN));
    } catch (RuntimeException | Error e) {
      // Only a bug gets here. The heartbeat stops, so liveness fails and the process is restarted.
      log.error("The engine loop ended by an error; no request can be served any more", e);
      endAll(new EngineException(Kind.BACKEND_FAULT, "the engine has failed"));
    } finally {
      draining = true;
      ended = true;
      refuseLate();
    }
  }

  /** Whether the loop has ended, by {@link #stop} or by an error. */
  boolean isEnded() {
    return ended;
  }

  private void step() {
    bell.answer();
    long now = System.nanoTime();
    obeyCommands(now);
    readDemand(now);
    StepPlan plan = scheduler.plan(now);
    endFailed(now);
    announceStates();
    if (plan.isEmpty() && plan.copies().count() == 0) {
      snapshot = takeSnapshot(now);
      park(scheduler.nextDueNanos() - now);
      return;
    }
    if (copy(plan) && !plan.isEmpty()) {
      run(plan, now);
    }
    if (System.nanoTime() - snapshot.lastStepNanos() > SNAPSHOT_NANOS) {
      snapshot = takeSnapshot(System.nanoTime());
    }
  }

  private void park(long nanosToNextChange) {
    if (!stopped) {
      bell.sleep(Math.clamp(nanosToNextChange, 1, PARK_NANOS));
    }
  }

  private void obeyCommands(long now) {
    for (Command command = inbox.poll(); command != null; command = inbox.poll()) {
      switch (command) {
        case Command.Submit submit -> accept(submit.request(), now);
        case Command.Control control -> control.answer().complete(obey(control, now));
        case Command.View view -> view.answer().complete(view(now));
      }
    }
    if (draining) {
      failWaiting();
    }
  }

  private void accept(ActiveRequest request, long now) {
    scheduler.submit(request.sequence, now);
    active.add(request);
    bySequence.put(request.sequence, request);
  }

  /** Does what an operator asks; false if there is no such live sequence of the tenant's. */
  private boolean obey(Command.Control control, long now) {
    ActiveRequest request = find(control.id(), control.tenant());
    if (request == null) {
      return false;
    }
    switch (control.action()) {
      case SequenceAction.Hold _ -> scheduler.hold(request.sequence, true, now);
      case SequenceAction.Release _ -> scheduler.hold(request.sequence, false, now);
      case SequenceAction.Reprioritise r -> scheduler.reprioritise(request.sequence, r.priority());
      case SequenceAction.Abort _ -> {
        scheduler.fail(request.sequence);
        end(request, new EngineException(Kind.ABORTED, "the sequence was ended by an operator"));
      }
    }
    return true;
  }

  private @Nullable ActiveRequest find(String id, String tenant) {
    for (ActiveRequest request : active) {
      Sequence sequence = request.sequence;
      if (sequence.id().equals(id)
          && sequence.scheduling().tenant().equals(tenant)
          && !sequence.state().isTerminal()) {
        return request;
      }
    }
    return null;
  }

  private EngineView view(long now) {
    return new EngineView(
        takeSnapshot(now),
        scheduler.pool().blockCount(),
        scheduler.pool().cachedBlocks(),
        scheduler.tier().blockCount(),
        active.stream().map(request -> request.info(now)).toList());
  }

  private void failWaiting() {
    for (int i = active.size() - 1; i >= 0; i--) {
      ActiveRequest request = active.get(i);
      if (request.sequence.state() == SequenceState.WAITING) {
        scheduler.fail(request.sequence);
        end(request, new EngineException(Kind.SHUTTING_DOWN, SHUTTING_DOWN));
      }
    }
  }

  /** Demand is polled, since it also shrinks by every token that is emitted. */
  private void readDemand(long now) {
    for (int i = active.size() - 1; i >= 0; i--) {
      ActiveRequest request = active.get(i);
      if (request.stream.isDisposed()) {
        scheduler.cancel(request.sequence);
        forget(request, now, null);
        continue;
      }
      boolean delivered = request.deliverMissed(now);
      if (request.sequence.state() == SequenceState.FINISHED) {
        endFinished(request, delivered, now);
      } else {
        scheduler.setDemand(
            request.sequence, request.demand(), request.stream.dryAtNanos(now), now);
      }
    }
  }

  /** A sequence has finished whose reader has not taken all that it missed. */
  private void endFinished(ActiveRequest request, boolean delivered, long now) {
    if (delivered) {
      complete(request, now);
    } else if (request.missedNanos(now) >= stallTimeoutNanos) {
      end(request, failures.of(request.sequence, FailureCause.STALL_TIMEOUT, now));
    }
  }

  private void endFailed(long now) {
    for (Sequence sequence : scheduler.failed()) {
      FailureCause cause = sequence.failureCause();
      if (cause != null) {
        EngineException failure = failures.of(sequence, cause, now);
        if (cause == FailureCause.QUEUE_TIMEOUT) {
          observer.onRejected(failure.kind());
        }
        end(active(sequence), failure);
      }
    }
  }

  private void announceStates() {
    int ahead = 0;
    for (int i = 0; i < active.size(); i++) {
      ActiveRequest request = active.get(i);
      request.announce(ahead);
      ahead += request.sequence.state() == SequenceState.WAITING ? 1 : 0;
    }
  }

  /** Moves blocks between the tiers; false if that failed, and the step can't be run. */
  private boolean copy(StepPlan plan) {
    int count = plan.copies().count();
    if (count == 0) {
      return true;
    }
    try {
      long started = System.nanoTime();
      backend.copy(plan.copies());
      scheduler.costs().copyTook(count, System.nanoTime() - started);
      return true;
    } catch (RuntimeException e) {
      log.error("Copying {} KV blocks failed; what was copied is computed again", count, e);
      scheduler.copiesFailed(plan);
      return false;
    }
  }

  private void run(StepPlan plan, long started) {
    StepResult result = compute(plan, started);
    if (result == null) {
      return;
    }
    long computed = System.nanoTime();
    scheduler.costs().stepTook(plan.count(), plan.totalTokens(), computed - started);
    admission.measured(scheduler.costs().nanosPerToken());
    scheduler.apply(plan, batch, result);
    publish(plan, started, computed);
  }

  /** Runs the step; null if the backend failed, which ends the sequences that were part of it. */
  private @Nullable StepResult compute(StepPlan plan, long now) {
    for (int i = 0; i < plan.count(); i++) {
      ActiveRequest request = active(plan.sequence(i));
      request.scheduled(now);
      request.leaveQueue();
    }
    try {
      plan.fill(batch);
      backend.launch(batch);
      return backend.await();
    } catch (RuntimeException | StackOverflowError | AssertionError e) {
      log.error("A step of {} sequences failed; they end with an error", plan.count(), e);
      failStep(plan);
      return null;
    }
  }

  private void failStep(StepPlan plan) {
    for (int i = 0; i < plan.count(); i++) {
      Sequence sequence = plan.sequence(i);
      scheduler.fail(sequence);
      end(active(sequence), new EngineException(Kind.BACKEND_FAULT, "the model could not be run"));
    }
  }

  private void publish(StepPlan plan, long started, long computed) {
    for (int i = 0; i < plan.count(); i++) {
      Sequence sequence = plan.sequence(i);
      if (sequence.state() == SequenceState.FAILED) {
        end(active(sequence), new EngineException(Kind.NAN_LOGITS, "the model gave no number"));
      } else if (plan.sampled(i)) {
        publishToken(active(sequence), computed);
      }
    }
    steps++;
    computedTokens += plan.totalTokens();
    observer.onStep(plan.totalTokens(), computed - started, System.nanoTime() - computed);
  }

  private void publishToken(ActiveRequest request, long now) {
    generatedTokens++;
    request.token(now, observer);
    request.deliver(event(request.sequence), now);
    if (request.sequence.finishReason() != null && request.deliverMissed(now)) {
      complete(request, now);
    }
  }

  private void complete(ActiveRequest request, long now) {
    request.stream.complete();
    forget(request, now, request.sequence.finishReason());
  }

  private static TokenEvent event(Sequence sequence) {
    PromptInfo prompt =
        sequence.generatedTokens() > 1
            ? null
            : new PromptInfo(
                sequence.promptTokens(), sequence.cachedTokens(), sequence.promptScores());
    FinishReason reason = sequence.finishReason();
    return reason == null
        ? new Token(sequence.lastToken(), sequence.lastLogprobs(), prompt)
        : new LastToken(
            sequence.lastToken(),
            sequence.lastLogprobs(),
            prompt,
            reason,
            sequence.generatedTokens());
  }

  private void end(ActiveRequest request, EngineException error) {
    request.stream.error(error);
    forget(request, System.nanoTime(), null);
  }

  private void forget(ActiveRequest request, long now, @Nullable FinishReason reason) {
    active.remove(request);
    bySequence.remove(request.sequence);
    request.leaveQueue();
    observer.onFinished(request.stats(now), reason);
  }

  private void endAll(EngineException error) {
    for (ActiveRequest request : List.copyOf(active)) {
      scheduler.fail(request.sequence);
      end(request, error);
    }
    snapshot = takeSnapshot(snapshot.lastStepNanos());
  }

  private ActiveRequest active(Sequence sequence) {
    ActiveRequest request = bySequence.get(sequence);
    if (request == null) {
      throw new IllegalStateException(sequence + " is scheduled but not active");
    }
    return request;
  }

  private EngineSnapshot takeSnapshot(long now) {
    return new EngineSnapshot(
        scheduler.runningCount(),
        scheduler.residentCount(SequenceState.YIELDED),
        scheduler.residentCount(SequenceState.STALLED),
        scheduler.residentCount(SequenceState.PAUSED),
        scheduler.preemptedCount(),
        scheduler.waitingCount(),
        scheduler.pool().freeCount(),
        scheduler.pool().cachedCount(),
        scheduler.pool().usedCount(),
        scheduler.tier().usedCount(),
        scheduler.preemptions(),
        scheduler.evictions(),
        scheduler.offloadedBlocks(),
        scheduler.restoredBlocks(),
        scheduler.prefixQueryTokens(),
        scheduler.prefixHitTokens(),
        computedTokens,
        generatedTokens,
        steps,
        now);
  }
}
