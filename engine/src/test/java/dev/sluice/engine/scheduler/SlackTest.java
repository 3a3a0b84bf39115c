package dev.sluice.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.sampling.SamplingParams;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Streams whose readers are far behind them give their places to others, and are back in time. */
class SlackTest {
  private static final int BLOCK = 4;

  private static SimulatedEngine engine(int maxSequences, int blocks, int tier, boolean slack) {
    return new SimulatedEngine(
        new SchedulerConfig(
            maxSequences,
            64,
            64,
            BLOCK,
            blocks,
            false,
            Long.MAX_VALUE,
            "",
            tier,
            Configs.PATIENT,
            slack,
            Map.of()));
  }

  private static Sequence reader(SimulatedEngine engine, int from, int maxTokens) {
    Sequence sequence =
        engine.submit(
            IntStream.range(from, from + 6).toArray(),
            SamplingParams.greedy(maxTokens),
            new PromptGroup());
    engine.demand(sequence, true);
    return sequence;
  }

  /** The reader of a sequence will have read everything so long from now. */
  private static void lead(SimulatedEngine engine, Sequence sequence, long millis) {
    engine.demand(
        sequence, Long.MAX_VALUE, engine.nowNanos() + TimeUnit.MILLISECONDS.toNanos(millis));
  }

  @Test
  void assign_promptWaitsForAPlace_theOneWithMostLeadYields() {
    SimulatedEngine engine = engine(2, 64, 0, true);
    Sequence close = reader(engine, 0, 40);
    Sequence ahead = reader(engine, 20, 40);
    engine.step();
    lead(engine, close, 500);
    lead(engine, ahead, 15_000);
    Sequence prompt = reader(engine, 40, 40);
    engine.step();
    assertThat(ahead.state()).isEqualTo(SequenceState.YIELDED);
    assertThat(close.state()).isEqualTo(SequenceState.RUNNING);
    assertThat(prompt.generatedTokens()).isEqualTo(1);
  }

  @Test
  void assign_slackOff_promptWaits() {
    SimulatedEngine engine = engine(1, 64, 0, false);
    Sequence ahead = reader(engine, 20, 40);
    engine.step();
    lead(engine, ahead, 15_000);
    Sequence prompt = reader(engine, 40, 40);
    engine.step();
    assertThat(ahead.state()).isEqualTo(SequenceState.RUNNING);
    assertThat(prompt.state()).isEqualTo(SequenceState.WAITING);
  }

  @Test
  void assign_leadUnknown_nobodyYields() {
    SimulatedEngine engine = engine(1, 64, 0, true);
    Sequence first = reader(engine, 20, 40);
    engine.step();
    Sequence prompt = reader(engine, 40, 40);
    engine.step();
    assertThat(first.state()).isEqualTo(SequenceState.RUNNING);
    assertThat(prompt.state()).isEqualTo(SequenceState.WAITING);
  }

  @Test
  void comeBack_readerHasAlmostCaughtUp_isBackBeforeItRunsDry() {
    SimulatedEngine engine = engine(1, 64, 0, true);
    Sequence ahead = reader(engine, 20, 40);
    engine.step();
    lead(engine, ahead, 15_000);
    Sequence prompt = reader(engine, 40, 40);
    engine.step();
    assertThat(ahead.state()).isEqualTo(SequenceState.YIELDED);
    lead(engine, prompt, 20_000);
    engine.elapse(TimeUnit.MILLISECONDS.toNanos(14_400));
    engine.step();
    assertThat(ahead.state()).isEqualTo(SequenceState.RUNNING);
    assertThat(prompt.state()).isEqualTo(SequenceState.YIELDED);
  }

  @Test
  void reclaim_promptNeedsBlocks_takesThemFromTheOneWithMostLeadAndRestoresIt() {
    SimulatedEngine engine = engine(4, 12, 16, true);
    Sequence ahead = reader(engine, 20, 40);
    steps(engine, 24); // 30 tokens, 8 blocks
    lead(engine, ahead, 15_000);
    Sequence prompt =
        engine.submit(
            IntStream.range(40, 60).toArray(), SamplingParams.greedy(4), new PromptGroup());
    engine.demand(prompt, true);
    steps(engine, 2);
    assertThat(prompt.generatedTokens()).isPositive();
    assertThat(ahead.state()).isEqualTo(SequenceState.PREEMPTED);
    assertThat(ahead.isOffloaded()).isTrue();
    engine.runUntilIdle(100);
    assertThat(ahead.state()).isEqualTo(SequenceState.FINISHED);
    assertThat(engine.scheduler.restoredBlocks()).isEqualTo(8);
    assertThat(engine.stream(ahead))
        .isEqualTo(
            SimulatedEngine.alone(
                IntStream.range(20, 26).toArray(), SamplingParams.greedy(40), 48));
  }

  @Test
  void assign_moreReadersReturnThanPlaces_theLastStandBackAndAllFinish() {
    SimulatedEngine engine = engine(2, 64, 0, true);
    List<Sequence> readers =
        IntStream.range(0, 2).mapToObj(i -> reader(engine, 10 * i, 8)).toList();
    engine.step();
    readers.forEach(reader -> engine.demand(reader, false));
    List<Sequence> others = IntStream.range(2, 4).mapToObj(i -> reader(engine, 10 * i, 8)).toList();
    engine.step();
    readers.forEach(reader -> engine.demand(reader, true));
    engine.step();
    assertThat(others).allMatch(s -> s.state() == SequenceState.YIELDED);
    engine.runUntilIdle(100);
    assertThat(others).allMatch(s -> s.state() == SequenceState.FINISHED);
    assertThat(engine.scheduler.preemptions()).isZero();
  }

  private static void steps(SimulatedEngine engine, int count) {
    for (int i = 0; i < count; i++) {
      engine.step();
    }
  }
}
