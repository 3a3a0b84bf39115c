package dev.sluice.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.sampling.SamplingParams;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the simulation once found wrong, each as the smallest history that showed it. */
class SchedulerRegressionTest {
  private static int[] prompt(int from, int length) {
    return IntStream.range(from, from + length).toArray();
  }

  @Test
  void start_promptNeedsWholeCacheAndOnlyIdleSequencesHoldBlocks_takesThem() {
    SimulatedEngine engine = new SimulatedEngine(Configs.of(8, 32, 64, 4, 5, false));
    Sequence idle = engine.submit(prompt(0, 2), 9);
    engine.demand(idle, true);
    engine.step();
    engine.demand(idle, false);
    Sequence giant = engine.submit(prompt(50, 17), 2);
    engine.demand(giant, true);
    assertThat(engine.step()).isTrue();
    assertThat(giant.state()).isEqualTo(SequenceState.RUNNING);
    assertThat(idle.state()).isEqualTo(SequenceState.PREEMPTED);
  }

  @Test
  void hold_midWindow_runsAgainOnReleaseWithWhatTheReaderStillWants() {
    LadderConfig ladder = new LadderConfig(12, 10, 100, 20, 1000, 5000);
    SimulatedEngine engine = new SimulatedEngine(Configs.of(8, 32, 64, 4, 16, false, 0, ladder));
    Sequence sequence = engine.submit(prompt(0, 5), 30);
    engine.demand(sequence, 16, Sequence.NO_LEAD);
    engine.step();
    engine.demand(sequence, 5, Sequence.NO_LEAD); // fewer than resume-at are left of the window
    engine.hold(sequence, true);
    engine.demand(sequence, 5, Sequence.NO_LEAD);
    assertThat(engine.step()).isFalse();
    engine.hold(sequence, false);
    assertThat(engine.step()).isTrue();
    assertThat(sequence.state()).isEqualTo(SequenceState.RUNNING);
  }

  @Test
  void hold_ofStalledSequence_doesNotCountAsItsReadersAbsence() {
    SimulatedEngine engine =
        new SimulatedEngine(Configs.of(8, 32, 64, 4, 16, false, 0, Configs.LADDER));
    Sequence sequence = engine.submit(prompt(0, 5), 30);
    engine.demand(sequence, true);
    engine.step();
    engine.demand(sequence, false);
    engine.elapse(900);
    engine.hold(sequence, true);
    engine.elapse(900);
    engine.step();
    engine.hold(sequence, false);
    engine.elapse(900);
    engine.step();
    assertThat(sequence.failureCause()).isNull();
    engine.elapse(100);
    engine.step();
    assertThat(sequence.failureCause()).isEqualTo(FailureCause.STALL_TIMEOUT);
  }

  @Test
  void copiesFailed_choiceSharesWithTheOneToComeBack_computesItsPromptItself() {
    SimulatedEngine engine =
        new SimulatedEngine(Configs.of(8, 64, 64, 4, 16, false, 16, Configs.LADDER));
    SamplingParams params = SamplingParams.greedy(6);
    PromptGroup group = new PromptGroup();
    Sequence leader = engine.submit(prompt(0, 9), params, group);
    Sequence other = engine.submit(prompt(0, 9), params.withChoice(1), group);
    engine.demand(leader, true);
    engine.step();
    engine.demand(leader, false);
    engine.elapse(200);
    engine.step();
    assertThat(leader.isOffloaded()).isTrue();
    engine.demand(leader, true);
    engine.demand(other, true);
    failNextCopy(engine);
    engine.step();
    assertThat(other.state()).isEqualTo(SequenceState.PREEMPTED);
    engine.runUntilIdle(50);
    assertThat(engine.stream(leader)).isEqualTo(SimulatedEngine.alone(prompt(0, 9), params, 64));
    assertThat(engine.stream(other))
        .isEqualTo(SimulatedEngine.alone(prompt(0, 9), params.withChoice(1), 64));
  }

  private static void failNextCopy(SimulatedEngine engine) {
    engine.backend.beforeCopy(() -> {
      engine.backend.beforeCopy(() -> {});
      throw new BackendException("injected");
    });
  }

  @Test
  void nextDueNanos_severalAreDueToLoseTheirBlocks_isAtOnceUntilTheLast() {
    SimulatedEngine engine =
        new SimulatedEngine(Configs.of(8, 64, 64, 4, 16, false, 0, Configs.LADDER));
    for (int i = 0; i < 3; i++) {
      engine.demand(engine.submit(prompt(20 * i, 5), 9), true);
    }
    engine.step();
    engine.sequences().forEach(sequence -> engine.demand(sequence, false));
    engine.elapse(100);
    for (int due = 3; due > 1; due--) {
      engine.step();
      assertThat(engine.scheduler.nextDueNanos()).isLessThanOrEqualTo(engine.nowNanos());
    }
    engine.step();
    assertThat(engine.scheduler.preemptedCount()).isEqualTo(3);
    assertThat(engine.scheduler.nextDueNanos()).isGreaterThan(engine.nowNanos() + 100);
  }

  @Test
  void nextDueNanos_nothingLives_isNever() {
    SimulatedEngine engine = new SimulatedEngine(Configs.of(8, 32, 64, 4, 16, false));
    assertThat(engine.step()).isFalse();
    assertThat(engine.scheduler.nextDueNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void start_offloadedFindsMoreInCacheThanItHadComputedButNoRoom_staysAsItWas() {
    SimulatedEngine engine =
        new SimulatedEngine(Configs.of(8, 8, 64, 4, 8, true, 8, Configs.LADDER));
    Sequence held = engine.submit(prompt(0, 24), 3);
    engine.demand(held, true);
    engine.step();
    engine.hold(held, true);
    engine.elapse(100);
    engine.step();
    assertThat(held.computedTokens()).isEqualTo(8);
    Sequence twin = engine.submit(prompt(0, 24), 1);
    engine.demand(twin, true);
    engine.runUntilIdle(10);
    Sequence other = engine.submit(prompt(100, 5), 3);
    engine.demand(other, true);
    engine.step();
    engine.hold(held, false);
    engine.step();
    assertThat(held.state()).isEqualTo(SequenceState.PREEMPTED);
    assertThat(held.computedTokens()).isEqualTo(8);
    engine.runUntilIdle(20);
    assertThat(engine.stream(held))
        .isEqualTo(SimulatedEngine.alone(prompt(0, 24), SamplingParams.greedy(3), 64));
  }

  @Test
  void start_promptSharesCachedBlocksAndLacksOthers_hasStreamsWithALeadYield() {
    SimulatedEngine engine = new SimulatedEngine(Configs.of(8, 64, 32, 4, 8, true));
    Sequence first = engine.submit(prompt(0, 17), 1);
    engine.demand(first, true);
    engine.runUntilIdle(5);
    Sequence ahead = engine.submit(prompt(100, 9), 20);
    engine.demand(ahead, Long.MAX_VALUE, TimeUnit.SECONDS.toNanos(60));
    engine.step();
    Sequence twin = engine.submit(prompt(0, 20), 1);
    engine.demand(twin, true);
    engine.step();
    engine.step();
    assertThat(twin.state()).isEqualTo(SequenceState.FINISHED);
  }

  @Test
  void preempt_roomInTheTierCannotBeMade_forgetsNoCopyForNothing() {
    SimulatedEngine engine =
        new SimulatedEngine(Configs.of(8, 64, 64, 4, 16, false, 3, Configs.LADDER));
    Sequence wanted = engine.submit(prompt(0, 5), 9);
    Sequence idle = engine.submit(prompt(20, 2), 9);
    Sequence large = engine.submit(prompt(40, 9), 9);
    engine.sequences().forEach(sequence -> engine.demand(sequence, true));
    engine.step();
    engine.demand(wanted, false);
    engine.demand(idle, false);
    engine.elapse(100);
    engine.step();
    engine.step();
    engine.demand(wanted, Long.MAX_VALUE, TimeUnit.HOURS.toNanos(1)); // its copy must stay
    engine.demand(large, false);
    Sequence waiting = engine.submit(prompt(60, 60), 1); // blocks its way back
    engine.demand(waiting, true);
    assertThat(wanted.isOffloaded() && idle.isOffloaded()).isTrue();
    engine.step();
    assertThat(large.state()).isEqualTo(SequenceState.PREEMPTED);
    assertThat(engine.scheduler.evictions()).isZero();
    assertThat(idle.isOffloaded()).isTrue();
  }
}
