package dev.sluice.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plays random worlds against the scheduler, and proves at the end that they reached what they
 * must.
 *
 * <p>{@code -Dtest.seed=N} replays one seed, {@code -Dtest.seeds=N} plays so many.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SchedulerSimulationTest {
  private static final long SEEDS = Long.getLong("test.seeds", 14_000);
  private static final long BATCH = 1000; // a test case for each seed would cost more than to play

  private final Tally tally = new Tally();

  static LongStream firstSeeds() {
    Long replayed = Long.getLong("test.seed");
    return replayed != null
        ? LongStream.of(replayed)
        : LongStream.iterate(1, seed -> seed <= SEEDS, seed -> seed + BATCH);
  }

  @Order(1)
  @ParameterizedTest(name = "seeds from {0}")
  @MethodSource("firstSeeds")
  void scheduler_randomWorlds_keepsItsPromises(long first) {
    long last = Long.getLong("test.seed") != null ? first : Math.min(SEEDS, first + BATCH - 1);
    for (long seed = first; seed <= last; seed++) {
      play(seed);
    }
  }

  private void play(long seed) {
    Schedule schedule = ScheduleGenerator.schedule(seed);
    try {
      World.play(schedule, Sabotage.NONE, tally);
    } catch (SimulationFailure failure) {
      throw Report.of(seed, schedule, Shrinker.shrink(schedule, Sabotage.NONE, failure));
    }
  }

  @Order(2)
  @Test
  @DisabledIfSystemProperty(
      named = "test.seed",
      matches = ".*",
      disabledReason = "one seed proves little")
  void worlds_together_reachEveryRareBranch() {
    System.out.printf("The simulated worlds, together:%n%s", tally);
    assertThat(tally.of("worlds")).isEqualTo(SEEDS);
  }
}
