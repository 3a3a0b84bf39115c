package dev.sluice.engine.simulation;

import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.scheduler.PromptGroup;
import dev.sluice.engine.scheduler.Scheduler;
import dev.sluice.engine.scheduler.SchedulerConfig;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import dev.sluice.engine.scheduler.StepPlan;
import dev.sluice.engine.testkit.WitnessBackend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A simulated world: plays a schedule as the engine's loop would, on virtual time, and judges every
 * step.
 *
 * <p>First things go wrong as the schedule says. Then comes the calm: no faults, nothing held,
 * every reader reads, and all that lives must end within a bound.
 */
final class World {
  /** Looks without a step in between: what stands still for so long spins. */
  private static final int MAX_IDLE_LOOKS = 100_000;

  private final Schedule schedule;
  private final Sabotage sabotage;
  private final Tally tally;
  private final SchedulerConfig config;
  private final Scheduler scheduler;
  private final FaultyBackend backend;
  private final ForwardBatch batch;
  private final ReferenceModel model;
  private final StepChecks checks;
  private final Traces traces;
  private final Map<Integer, List<Stream>> byRequest = new HashMap<>();
  private final List<Stream> live = new ArrayList<>();

  private long now;
  private int nextRequest;
  private int nextCommand;
  private boolean calm;
  private long extraNanos; // that the next step takes
  private long stepsLeft = Long.MAX_VALUE; // until all must have ended
  private int idleLooks;
  private boolean told; // something since the last plan
  private long dueNanos = Long.MIN_VALUE; // when the last plan said to look again

  private World(Schedule schedule, Sabotage sabotage, Tally tally) {
    this.schedule = schedule;
    this.sabotage = sabotage;
    this.tally = tally;
    config = schedule.setting().config();
    backend =
        new FaultyBackend(
            sabotage.around(
                new WitnessBackend(
                    config.blockCount(),
                    config.blockSize(),
                    config.maxBatchedTokens(),
                    config.tierBlockCount())));
    batch =
        new ForwardBatch(
            config.maxBatchedTokens(),
            config.maxSequences(),
            (config.maxContext() + config.blockSize() - 1) / config.blockSize());
    model = new ReferenceModel(config);
    checks = new StepChecks(config, live);
    traces = new Traces(model, checks, tally);
    scheduler = new Scheduler(config, traces);
  }

  /** Plays a schedule to its end, or throws what it finds wrong. */
  static void play(Schedule schedule, Sabotage sabotage, Tally tally) {
    World world = new World(schedule, sabotage, tally);
    try {
      world.play();
    } catch (SimulationFailure e) {
      throw e;
    } catch (RuntimeException e) {
      throw new SimulationFailure(SimulationFailure.Kind.INVARIANT, e.toString(), e);
    }
    tally.count("worlds");
  }

  private void play() {
    while (!calm || !live.isEmpty()) {
      happen();
      readDemand();
      plan();
    }
    StepChecks.require(scheduler.pool().usedCount() == 0, "blocks are used after all ended");
    StepChecks.require(scheduler.tier().usedCount() == 0, "host blocks are used after all ended");
    StepChecks.require(
        scheduler.waitingCount() + scheduler.preemptedCount() + scheduler.runningCount() == 0,
        "sequences are listed after all ended");
  }

  /** All that is due by now. */
  private void happen() {
    List<Request> requests = schedule.requests();
    while (nextRequest < requests.size() && requests.get(nextRequest).atNanos() <= now) {
      arrive(requests.get(nextRequest++));
    }
    List<Command> commands = schedule.commands();
    while (nextCommand < commands.size() && commands.get(nextCommand).atNanos() <= now) {
      obey(commands.get(nextCommand++));
    }
    boolean over = nextRequest == requests.size() && nextCommand == commands.size();
    if (!calm && over && (now >= schedule.calmNanos() || live.isEmpty())) {
      calmDown();
    }
  }

  private void arrive(Request request) {
    PromptGroup group = new PromptGroup();
    List<Stream> streams = new ArrayList<>();
    for (int choice = 0; choice < request.choices(); choice++) {
      Stream stream = new Stream(request, choice, group, config.maxContext());
      Sequence leader = choice == 0 ? null : streams.getFirst().sequence;
      model.submitted(stream.sequence, leader, now);
      scheduler.submit(stream.sequence, now);
      streams.add(stream);
      live.add(stream);
      tally.count("streams");
    }
    byRequest.put(request.id(), streams);
    told = true;
  }

  private void obey(Command command) {
    switch (command) {
      case Command.Cancel(long _, int request) -> liveOf(request).forEach(this::cancel);
      case Command.CancelAll _ -> List.copyOf(live).forEach(this::cancel);
      case Command.Hold(long _, int request) -> liveOf(request).forEach(s -> hold(s, true));
      case Command.Release(long _, int request) -> liveOf(request).forEach(s -> hold(s, false));
      case Command.Reprioritise(long _, int request, int priority) ->
          liveOf(request).forEach(stream -> reprioritise(stream, priority));
      case Command.Abort(long _, int request) -> liveOf(request).forEach(this::abort);
      case Command.Wake _ -> tally.count("looks for nothing");
      case Command.FailStep _ -> backend.failStep();
      case Command.VoidLogits(long _, int row) -> backend.voidLogits(row);
      case Command.FailCopies _ -> backend.failCopies();
      case Command.SlowStep(long _, long nanos) -> {
        extraNanos += nanos;
        tally.count("faults: slow steps");
      }
    }
    told |= !(command instanceof Command.Wake);
  }

  private List<Stream> liveOf(int request) {
    return byRequest.getOrDefault(request, List.of()).stream().filter(live::contains).toList();
  }

  private void cancel(Stream stream) {
    scheduler.cancel(stream.sequence);
    end(stream);
    scheduler.cancel(stream.sequence); // a second time, as a race would
  }

  private void abort(Stream stream) {
    scheduler.fail(stream.sequence);
    end(stream);
  }

  private void hold(Stream stream, boolean held) {
    tally.count(held ? "held" : "released");
    model.held(stream.sequence, held, now);
    scheduler.hold(stream.sequence, held, now);
  }

  private void reprioritise(Stream stream, int priority) {
    tally.count("reprioritised");
    model.reprioritised(stream.sequence, priority);
    scheduler.reprioritise(stream.sequence, priority);
  }

  private void end(Stream stream) {
    live.remove(stream);
    model.ended(stream.sequence);
    tally.ended(stream.sequence);
    stream.checkEnd();
    StepChecks.require(
        stream.sequence.blockIds().length == 0 && stream.sequence.tierBlockCount() == 0,
        stream.sequence,
        " keeps blocks after its end");
  }

  private void calmDown() {
    calm = true;
    told = true;
    backend.calm();
    extraNanos = 0;
    stepsLeft = 20;
    for (Stream stream : live) {
      stream.reader.calm();
      model.held(stream.sequence, false, now);
      scheduler.hold(stream.sequence, false, now);
      // At worst each is computed alone, a token a step, from its beginning.
      stepsLeft += Math.min(config.maxContext(), lastLength(stream)) + 1;
    }
  }

  private static int lastLength(Stream stream) {
    return stream.request.promptTokens() + stream.request.maxTokens();
  }

  /** Asks every reader anew, as the loop does, since demand shrinks by each token. */
  private void readDemand() {
    for (Stream stream : live) {
      long before = stream.reader.outstanding();
      long dryBefore = stream.sequence.dryAtNanos();
      long demand = stream.reader.demand(now);
      long dryAt = stream.reader.dryAtNanos();
      told |= demand != before || demand != stream.sequence.demand() || dryAt != dryBefore;
      model.demanded(stream.sequence, demand, now);
      if (!sabotage.losesDemand(stream.sequence)) {
        scheduler.setDemand(stream.sequence, demand, dryAt, now);
      }
    }
  }

  private void plan() {
    boolean nothingDue = !told && now < dueNanos && !anyStandsBack();
    long decisions = traces.decisions();
    model.beforePlan(now);
    StepPlan plan = scheduler.plan(now);
    tally.count("plans");
    model.afterPlan(plan, scheduler.failed());
    scheduler.failed().forEach(sequence -> end(streamOf(sequence)));
    checks.checkPlan(plan);
    if (nothingDue) {
      StepChecks.require(
          plan.isEmpty() && decisions == traces.decisions(),
          "a look at ",
          now,
          " decides something, though nothing was due before ",
          dueNanos);
    }
    told = false;
    dueNanos = Long.MIN_VALUE;
    if (plan.isEmpty() && plan.copies().count() == 0) {
      checkMemory();
      rest();
      return;
    }
    idleLooks = 0;
    if (copy(plan) && !plan.isEmpty()) {
      run(plan);
    }
    sabotage.afterStep(scheduler, live);
    checkMemory();
    model.checkStates();
  }

  /** Whether a stream comes back at a moment that the scheduler only looks for now and then. */
  private boolean anyStandsBack() {
    for (Stream stream : live) {
      SequenceState state = stream.sequence.state();
      if (state == SequenceState.YIELDED
          || (state == SequenceState.PREEMPTED && !stream.sequence.isIdle())) {
        return true;
      }
    }
    return false;
  }

  private void checkMemory() {
    if (!sabotage.hidesMemory()) {
      scheduler.checkInvariants();
      checks.checkMemory(scheduler);
    }
  }

  /** Sleeps until something is due. */
  private void rest() {
    checks.checkNothingPlanned(model, now);
    dueNanos = scheduler.nextDueNanos();
    long next = dueNanos;
    if (nextRequest < schedule.requests().size()) {
      next = Math.min(next, schedule.requests().get(nextRequest).atNanos());
    }
    if (nextCommand < schedule.commands().size()) {
      next = Math.min(next, schedule.commands().get(nextCommand).atNanos());
    } else if (!calm && nextRequest == schedule.requests().size()) {
      next = Math.min(next, schedule.calmNanos());
    }
    for (Stream stream : live) {
      next = Math.min(next, stream.reader.nextAtNanos());
    }
    if (++idleLooks > MAX_IDLE_LOOKS || (next == Long.MAX_VALUE && !live.isEmpty())) {
      throw new SimulationFailure(
          SimulationFailure.Kind.LIVENESS, "nothing is planned any more, though some live on");
    }
    now = Math.max(now + 1, live.isEmpty() && next == Long.MAX_VALUE ? now + 1 : next);
  }

  private boolean copy(StepPlan plan) {
    int count = plan.copies().count();
    if (count == 0) {
      return true;
    }
    long nanos = count * schedule.setting().copyNanos();
    now += nanos;
    tally.count("copied blocks", count);
    try {
      backend.copy(plan.copies());
      scheduler.costs().copyTook(count, nanos);
      return true;
    } catch (BackendException e) {
      tally.count("faults: failed copies");
      scheduler.copiesFailed(plan);
      model.copiesFailed(plan);
      return false;
    }
  }

  private void run(StepPlan plan) {
    if (--stepsLeft < 0) {
      throw new SimulationFailure(
          SimulationFailure.Kind.LIVENESS, live.size() + " streams have not ended in the calm");
    }
    plan.fill(batch);
    if (!sabotage.hidesMemory()) {
      checks.checkBatch(batch, scheduler.pool());
    }
    long nanos =
        schedule.setting().stepNanos()
            + plan.totalTokens() * schedule.setting().tokenNanos()
            + extraNanos;
    extraNanos = 0;
    now += nanos;
    tally.count("steps");
    tally.count("computed tokens", plan.totalTokens());
    StepResult result = launch(plan);
    if (result != null) {
      scheduler.costs().stepTook(plan.count(), plan.totalTokens(), nanos);
      scheduler.apply(plan, batch, result);
      publish(plan);
    }
  }

  private @Nullable StepResult launch(StepPlan plan) {
    try {
      backend.launch(batch);
      return backend.await();
    } catch (BackendException e) {
      if (!FaultyBackend.STEP_FAULT.equals(e.getMessage())) {
        throw e; // the witness read what was never written
      }
      tally.count("faults: failed steps");
      for (int i = 0; i < plan.count(); i++) {
        abort(streamOf(plan.sequence(i)));
      }
      return null;
    }
  }

  private void publish(StepPlan plan) {
    for (int i = 0; i < plan.count(); i++) {
      Stream stream = streamOf(plan.sequence(i));
      boolean isVoid = stream.sequence.state() == SequenceState.FAILED;
      if (isVoid) {
        tally.count("faults: void logits");
      } else if (plan.sampled(i)) {
        stream.emit(now);
        tally.count("tokens");
      }
      if (stream.sequence.state().isTerminal()) {
        end(stream);
      }
    }
  }

  private Stream streamOf(Sequence sequence) {
    for (Stream stream : live) {
      if (stream.sequence == sequence) {
        return stream;
      }
    }
    throw new SimulationFailure(
        SimulationFailure.Kind.INVARIANT, sequence + " is spoken of after its end");
  }
}
