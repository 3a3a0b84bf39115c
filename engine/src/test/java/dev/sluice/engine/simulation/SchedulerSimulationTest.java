package dev.sluice.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
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
  private static final long SEEDS = Long.getLong("test.seeds", 30_000);
  private static final long BATCH = 1000; // a test case for each seed would cost more than to play

  /** How often each branch must be reached in 10,000 worlds: about half of how often it is. */
  private static final Map<String, Long> COVERAGE =
      Map.ofEntries(
          Map.entry("steps", 250_000L),
          Map.entry("streams", 50_000L),
          Map.entry("tokens", 250_000L),
          Map.entry("cached prompt tokens", 50_000L),
          Map.entry("stalled", 40_000L),
          Map.entry("paused", 10_000L),
          Map.entry("yielded", 3000L),
          Map.entry("preempted for idle, freed", 5000L),
          Map.entry("preempted for idle, offloaded", 4000L),
          Map.entry("preempted for pressure, freed", 1200L),
          Map.entry("preempted for pressure, offloaded", 800L),
          Map.entry("preempted for slack, freed", 20L),
          Map.entry("preempted for slack, offloaded", 15L),
          Map.entry("evicted from the tier", 400L),
          Map.entry("resumed from paused", 8000L),
          Map.entry("resumed from yielded", 2500L),
          Map.entry("resumed from preempted", 7000L),
          Map.entry("resumed from preempted, copied back", 4000L),
          Map.entry("failed by queue-timeout", 400L),
          Map.entry("failed by first-token-deadline", 800L),
          Map.entry("failed by deadline", 300L),
          Map.entry("failed by stall-policy", 800L),
          Map.entry("failed by stall-timeout", 100L),
          Map.entry("faults: failed steps", 1500L),
          Map.entry("faults: void logits", 1200L),
          Map.entry("faults: failed copies", 200L),
          Map.entry("faults: slow steps", 2000L),
          Map.entry("ended cancelled", 4000L),
          Map.entry("held", 2000L),
          Map.entry("reprioritised", 2500L));

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
      throw Report.of(seed, schedule, Shrinker.shrink(schedule, () -> Sabotage.NONE, failure));
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
    COVERAGE.forEach((what, perTenThousandWorlds) ->
        assertThat(10_000 * tally.of(what))
            .as(what)
            .isGreaterThanOrEqualTo(SEEDS * perTenThousandWorlds));
  }
}
