package dev.sluice.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.sampling.SamplingParams;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SchedulerTest {
  private static final int BLOCK = 4;

  private static SchedulerConfig config(int blocks, int maxBatchedTokens, boolean prefixCaching) {
    return Configs.of(8, maxBatchedTokens, 64, BLOCK, blocks, prefixCaching);
  }

  private static int[] prompt(int from, int length) {
    return IntStream.range(from, from + length).toArray();
  }

  private static List<Integer> alone(int[] prompt, int maxTokens, int maxContext) {
    return SimulatedEngine.alone(prompt, SamplingParams.greedy(maxTokens), maxContext);
  }

  @Test
  void plan_promptLongerThanBudget_computesItInChunks() {
    SimulatedEngine engine = new SimulatedEngine(config(16, 8, false));
    Sequence sequence = engine.submit(prompt(0, 20), 2);
    engine.demand(sequence, true);
    engine.step();
    engine.step();
    assertThat(engine.stream(sequence)).isEmpty();
    engine.step();
    assertThat(engine.stream(sequence)).hasSize(1);
    assertThat(engine.largestStepTokens).isEqualTo(8);
  }

  @Test
  void plan_longPromptBesideDecode_neverStarvesTheDecode() {
    SimulatedEngine engine = new SimulatedEngine(config(64, 8, false));
    Sequence chat = engine.submit(prompt(0, 3), 20);
    engine.demand(chat, true);
    engine.step();
    Sequence essay = engine.submit(prompt(100, 50), 1);
    engine.demand(essay, true);
    for (int i = 2; i <= 7; i++) {
      engine.step();
      assertThat(engine.stream(chat)).hasSize(i);
    }
  }

  @Test
  void plan_noDemand_doesNotRun() {
    SimulatedEngine engine = new SimulatedEngine(config(16, 32, false));
    Sequence sequence = engine.submit(prompt(0, 5), 10);
    assertThat(engine.step()).isFalse();
    engine.demand(sequence, true);
    engine.step();
    engine.step();
    engine.demand(sequence, false);
    assertThat(engine.step()).isFalse();
    assertThat(sequence.state()).isEqualTo(SequenceState.STALLED);
    engine.demand(sequence, true);
    engine.runUntilIdle(100);
    assertThat(engine.stream(sequence)).isEqualTo(alone(prompt(0, 5), 10, 64));
  }

  @Test
  void ensureBlocks_stalledNeighbourHoldsThem_takesTheStalledOnes() {
    SimulatedEngine engine = new SimulatedEngine(config(8, 32, false));
    Sequence idle = engine.submit(prompt(0, 12), 30);
    Sequence reader = engine.submit(prompt(50, 12), 12);
    engine.demand(idle, true);
    engine.demand(reader, true);
    engine.step();
    engine.demand(idle, false);
    engine.runUntilIdle(100);
    assertThat(reader.state()).isEqualTo(SequenceState.FINISHED);
    assertThat(reader.preemptions()).isZero();
    assertThat(idle.state()).isEqualTo(SequenceState.PREEMPTED);
    engine.demand(idle, true);
    engine.runUntilIdle(100);
    assertThat(engine.stream(idle)).isEqualTo(alone(prompt(0, 12), 30, 32));
  }

  @Test
  void admit_stalledSequencesHoldThePool_makesRoomForANewPrompt() {
    SimulatedEngine engine = new SimulatedEngine(config(4, 32, false));
    Sequence idle = engine.submit(prompt(0, 13), 8);
    engine.demand(idle, true);
    engine.step();
    engine.demand(idle, false);
    Sequence reader = engine.submit(prompt(50, 10), 2);
    engine.demand(reader, true);
    engine.runUntilIdle(10);
    assertThat(reader.state()).isEqualTo(SequenceState.FINISHED);
  }

  @Test
  void ensureBlocks_poolExhaustedByReaders_preemptsTheLatestAndKeepsItsTokens() {
    SimulatedEngine engine = new SimulatedEngine(config(8, 32, true));
    List<Sequence> sequences =
        IntStream.range(0, 3).mapToObj(i -> engine.submit(prompt(20 * i, 6), 16)).toList();
    sequences.forEach(sequence -> engine.demand(sequence, true));
    engine.runUntilIdle(200);
    assertThat(engine.scheduler.preemptions()).isPositive();
    assertThat(sequences.getFirst().preemptions()).isZero();
    for (int i = 0; i < 3; i++) {
      assertThat(engine.stream(sequences.get(i))).isEqualTo(alone(prompt(20 * i, 6), 16, 32));
    }
  }

  @Test
  void start_equalPrefixKnown_computesOnlyTheRest() {
    SimulatedEngine engine = new SimulatedEngine(config(32, 64, true));
    Sequence first = engine.submit(prompt(0, 18), 1);
    engine.demand(first, true);
    engine.runUntilIdle(10);
    long before = engine.backend.tokens();
    Sequence second = engine.submit(prompt(0, 18), 3);
    engine.demand(second, true);
    engine.runUntilIdle(10);
    assertThat(second.cachedTokens()).isEqualTo(16);
    assertThat(engine.backend.tokens() - before).isEqualTo(2 + 2);
    assertThat(engine.stream(second)).isEqualTo(alone(prompt(0, 18), 3, 64));
  }

  @Test
  void start_promptOfWholeBlocks_stillComputesTheLastToken() {
    SimulatedEngine engine = new SimulatedEngine(config(32, 64, true));
    for (int i = 0; i < 2; i++) {
      Sequence sequence = engine.submit(prompt(0, 16), 2);
      engine.demand(sequence, true);
      engine.runUntilIdle(10);
      assertThat(sequence.cachedTokens()).isEqualTo(i == 0 ? 0 : 12);
      assertThat(engine.stream(sequence)).isEqualTo(alone(prompt(0, 16), 2, 64));
    }
  }

  @Test
  void start_secondChoice_sharesTheLeadersPromptBlocksWithoutPrefixCaching() {
    SimulatedEngine engine = new SimulatedEngine(config(32, 64, false));
    PromptGroup group = new PromptGroup();
    SamplingParams params = SamplingParams.greedy(4);
    Sequence leader = engine.submit(prompt(0, 18), params, group);
    Sequence other = engine.submit(prompt(0, 18), params.withChoice(1), group);
    engine.demand(leader, true);
    engine.demand(other, true);
    engine.step();
    assertThat(other.state()).isEqualTo(SequenceState.WAITING);
    engine.step();
    assertThat(other.cachedTokens()).isEqualTo(16);
    assertThat(engine.scheduler.pool().usedCount()).isEqualTo(5 + 1);
    engine.runUntilIdle(20);
    assertThat(engine.stream(other))
        .isEqualTo(SimulatedEngine.alone(prompt(0, 18), params.withChoice(1), 64))
        .isNotEqualTo(engine.stream(leader));
  }

  @Test
  void cancel_inAnyState_freesItsBlocksAtOnce() {
    SimulatedEngine engine = new SimulatedEngine(config(16, 32, false));
    Sequence sequence = engine.submit(prompt(0, 9), 9);
    engine.demand(sequence, true);
    engine.step();
    assertThat(engine.scheduler.pool().usedCount()).isEqualTo(3);
    engine.scheduler.cancel(sequence);
    assertThat(engine.scheduler.pool().usedCount()).isZero();
    engine.scheduler.cancel(sequence);
    assertThat(sequence.state()).isEqualTo(SequenceState.CANCELLED);
    assertThat(engine.step()).isFalse();
  }

  @Test
  void apply_contextFull_finishesByLength() {
    SimulatedEngine engine = new SimulatedEngine(config(2, 32, false));
    Sequence sequence = engine.submit(prompt(0, 5), 100);
    engine.demand(sequence, true);
    engine.runUntilIdle(20);
    assertThat(sequence.finishReason()).isEqualTo(FinishReason.LENGTH);
    assertThat(sequence.length()).isEqualTo(8);
  }

  @Test
  void submit_promptThatCanNeverFit_throws() {
    SimulatedEngine engine = new SimulatedEngine(config(2, 32, false));
    assertThatThrownBy(() -> engine.submit(prompt(0, 8), 1))
        .hasMessageContaining("a prompt of 8 tokens leaves no room in a context of 8");
  }
}
