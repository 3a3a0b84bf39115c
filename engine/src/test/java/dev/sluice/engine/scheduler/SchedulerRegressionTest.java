package dev.sluice.engine.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

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
}
