package dev.sluice.app.bench.burst;

import dev.sluice.app.bench.LatencyRecorder;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.LadderConfig;
import dev.sluice.engine.scheduler.PromptGroup;
import dev.sluice.engine.scheduler.Scheduler;
import dev.sluice.engine.scheduler.SchedulerConfig;
import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.StepPlan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The real scheduler on virtual time: steps take what a machine's cost model says, and readers read
 * at their own speed. Nothing is computed, so an hour passes in a second, and the same seed gives
 * the same figures anywhere.
 */
public final class VirtualBurst {
  private static final int MAX_CONTEXT = 4096;
  private static final int LOOKAHEAD = 16;
  private static final double NANOS_PER_MILLI = 1e6;

  private final BurstSpec spec;
  private final Machine machine;
  private final Policy policy;
  private final List<Request> requests;
  private final Scheduler scheduler;
  private final ForwardBatch batch;
  private final StepResult result;
  private final Map<Sequence, PacedReader> live = new LinkedHashMap<>();
  private final List<PacedReader> readers = new ArrayList<>();
  private int arrived;
  private long generated;
  private long now;

  private VirtualBurst(BurstSpec spec, Machine machine, Policy policy) {
    this.spec = spec;
    this.machine = machine;
    this.policy = policy;
    requests = Request.of(spec, machine.capacity(), MAX_CONTEXT);
    scheduler = new Scheduler(config(machine, policy));
    batch =
        new ForwardBatch(
            machine.maxBatchedTokens(),
            machine.maxSequences(),
            (MAX_CONTEXT + machine.blockSize() - 1) / machine.blockSize());
    result = new StepResult(machine.maxBatchedTokens());
  }

  private static SchedulerConfig config(Machine machine, Policy policy) {
    return new SchedulerConfig(
        machine.maxSequences(),
        machine.maxBatchedTokens(),
        MAX_CONTEXT,
        machine.blockSize(),
        machine.blocks(),
        false,
        Long.MAX_VALUE,
        "",
        policy == Policy.FCFS ? 0 : machine.tierBlocks(),
        LadderConfig.DEFAULT,
        policy == Policy.DEMAND_AND_SLACK,
        Map.of());
  }

  /** Plays a load and says what its readers got. */
  public static BurstResult run(BurstSpec spec, Machine machine, Policy policy) {
    return new VirtualBurst(spec, machine, policy).play();
  }

  private BurstResult play() {
    long end = (long) (spec.seconds() * 1e9);
    while (now < end) {
      arrive();
      readOn();
      StepPlan plan = scheduler.plan(now);
      if (plan.isEmpty() && plan.copies().count() == 0) {
        now = Math.min(end, nextEvent());
      } else {
        compute(plan);
      }
    }
    return summary(end);
  }

  private void arrive() {
    while (arrived < requests.size() && requests.get(arrived).arrivalNanos() <= now) {
      Request request = requests.get(arrived);
      SamplingParams params = SamplingParams.greedy(request.outputTokens());
      Sequence sequence =
          new Sequence(
              "r" + arrived,
              new int[request.inputTokens()],
              params,
              new int[0],
              SchedulingParams.DEFAULT,
              OptionalInt.empty(),
              new PromptGroup());
      boolean credits = policy != Policy.FCFS;
      PacedReader reader = new PacedReader(request, spec.window(), LOOKAHEAD, credits);
      scheduler.submit(sequence, request.arrivalNanos());
      live.put(sequence, reader);
      readers.add(reader);
      arrived++;
    }
  }

  private void readOn() {
    live.forEach((sequence, reader) -> {
      reader.readUntil(now);
      scheduler.setDemand(sequence, reader.demand(), reader.dryAtNanos(now), now);
    });
  }

  private long nextEvent() {
    long next = scheduler.nextDueNanos();
    if (arrived < requests.size()) {
      next = Math.min(next, requests.get(arrived).arrivalNanos());
    }
    for (PacedReader reader : live.values()) {
      next = Math.min(next, reader.nextGrantNanos());
    }
    return Math.max(now + 1, next);
  }

  private void compute(StepPlan plan) {
    int copies = plan.copies().count();
    long copying = nanos(copies * machine.copyMillis());
    scheduler.costs().copyTook(copies, copying);
    int tokens = plan.totalTokens();
    int decoding = 0;
    for (int i = 0; i < plan.count(); i++) {
      decoding += plan.tokenCount(i) == 1 ? 1 : 0;
    }
    double step =
        plan.isEmpty()
            ? 0
            : machine.stepMillis()
                + decoding * machine.decodeMillis()
                + (tokens - decoding) * machine.prefillMillis();
    now += copying + nanos(step);
    if (!plan.isEmpty()) {
      scheduler.costs().stepTook(plan.count(), tokens, nanos(step));
      plan.fill(batch);
      result.rowCount = batch.rowCount;
      scheduler.apply(plan, batch, result);
      deliver(plan);
    }
  }

  private static long nanos(double millis) {
    return Math.round(millis * NANOS_PER_MILLI);
  }

  private void deliver(StepPlan plan) {
    for (int i = 0; i < plan.count(); i++) {
      if (plan.sampled(i)) {
        Sequence sequence = plan.sequence(i);
        PacedReader reader = live.get(sequence);
        if (reader != null) {
          reader.token(now);
          generated++;
        }
        if (sequence.state().isTerminal()) {
          live.remove(sequence);
        }
      }
    }
  }

  private BurstResult summary(long end) {
    LatencyRecorder firstTokens = new LatencyRecorder();
    long read = 0;
    double dry = 0;
    double reading = 0;
    for (PacedReader reader : readers) {
      reader.readUntil(end);
      firstTokens.recordNanos(reader.timeToFirstTokenNanos(end));
      read += reader.read();
      dry += reader.dryNanos(end);
      reading += reader.readingNanos(end);
    }
    return new BurstResult(
        policy.text(),
        spec.load(),
        readers.size(),
        read / spec.seconds(),
        generated / spec.seconds(),
        firstTokens.summary(),
        reading == 0 ? 0 : dry / reading,
        scheduler.preemptions(),
        scheduler.offloadedBlocks());
  }
}
