package dev.sluice.engine.scheduler;

import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.testkit.WitnessBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The scheduler over the witness backend, one step at a time, on virtual time and one thread. */
final class SimulatedEngine {
  static final int END_TOKEN = 7;

  final Scheduler scheduler;
  final WitnessBackend backend;
  private final ForwardBatch batch;
  private final Map<Sequence, List<Integer>> streams = new LinkedHashMap<>();
  private long nowNanos;
  int largestStepTokens;

  SimulatedEngine(SchedulerConfig config) {
    this(config, SchedulerTrace.NONE);
  }

  SimulatedEngine(SchedulerConfig config, SchedulerTrace trace) {
    scheduler = new Scheduler(config, trace);
    backend =
        new WitnessBackend(
            config.blockCount(),
            config.blockSize(),
            config.maxBatchedTokens(),
            config.tierBlockCount());
    batch =
        new ForwardBatch(
            config.maxBatchedTokens(),
            config.maxSequences(),
            (config.maxContext() + config.blockSize() - 1) / config.blockSize());
  }

  Sequence submit(int[] prompt, SamplingParams params, PromptGroup group) {
    return submit(prompt, params, SchedulingParams.DEFAULT, group);
  }

  Sequence submit(
      int[] prompt, SamplingParams params, SchedulingParams scheduling, PromptGroup group) {
    Sequence sequence =
        new Sequence(
            "s" + streams.size(),
            prompt,
            params,
            new int[] {END_TOKEN},
            scheduling,
            OptionalInt.empty(),
            group);
    streams.put(sequence, new ArrayList<>());
    scheduler.submit(sequence, nowNanos);
    return sequence;
  }

  Sequence submit(int[] prompt, int maxTokens) {
    return submit(prompt, SamplingParams.greedy(maxTokens), new PromptGroup());
  }

  /** The reader wants everything, or nothing. */
  void demand(Sequence sequence, boolean demand) {
    demand(sequence, demand ? Long.MAX_VALUE : 0, Sequence.NO_LEAD);
  }

  void demand(Sequence sequence, long tokens, long dryAtNanos) {
    scheduler.setDemand(sequence, tokens, dryAtNanos, nowNanos);
  }

  void hold(Sequence sequence, boolean held) {
    scheduler.hold(sequence, held, nowNanos);
  }

  long nowNanos() {
    return nowNanos;
  }

  void elapse(long nanos) {
    nowNanos += nanos;
  }

  /** Runs one step and checks every invariant; false if nothing could run. */
  boolean step() {
    nowNanos++;
    StepPlan plan = scheduler.plan(nowNanos);
    if (copy(plan) && !plan.isEmpty()) {
      largestStepTokens = Math.max(largestStepTokens, plan.totalTokens());
      run(plan);
    }
    scheduler.checkInvariants();
    return !plan.isEmpty();
  }

  private boolean copy(StepPlan plan) {
    try {
      backend.copy(plan.copies());
      return true;
    } catch (BackendException e) {
      scheduler.copiesFailed(plan);
      return false;
    }
  }

  private void run(StepPlan plan) {
    plan.fill(batch);
    try {
      backend.launch(batch);
    } catch (BackendException e) {
      for (int i = 0; i < plan.count(); i++) {
        scheduler.fail(plan.sequence(i));
      }
      return;
    }
    scheduler.apply(plan, batch, backend.await());
    for (int i = 0; i < plan.count(); i++) {
      Sequence sequence = plan.sequence(i);
      if (plan.sampled(i) && sequence.state() != SequenceState.FAILED) {
        stream(sequence).add(sequence.lastToken());
      }
    }
  }

  void runUntilIdle(int maxSteps) {
    int steps = 0;
    while (step()) {
      if (++steps > maxSteps) {
        throw new AssertionError("still not idle after " + maxSteps + " steps");
      }
    }
  }

  /** All that were submitted, in order. */
  List<Sequence> sequences() {
    return List.copyOf(streams.keySet());
  }

  List<Integer> stream(Sequence sequence) {
    return streams.getOrDefault(sequence, List.of());
  }

  /** What a sequence yields when it has an engine with plenty of room to itself. */
  static List<Integer> alone(int[] prompt, SamplingParams params, int maxContext) {
    SimulatedEngine engine =
        new SimulatedEngine(Configs.of(1, maxContext, maxContext, 16, maxContext, false));
    Sequence sequence = engine.submit(prompt, params, new PromptGroup());
    engine.demand(sequence, true);
    engine.runUntilIdle(2 * maxContext);
    return engine.stream(sequence);
  }
}
