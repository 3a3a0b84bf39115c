package dev.sluice.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.scheduler.LadderConfig;
import dev.sluice.engine.scheduler.StallPolicy;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Schedules that once failed, pasted as the shrinker gave them. */
class PastSchedulesTest {
  private static void play(Schedule schedule) {
    World.play(schedule, Sabotage.NONE, new Tally());
  }

  @Test
  void choices_oneNeedsTheWholeCacheWhileTheOthersStall_advance() {
    play(
        new Schedule(
            new Setting(
                7,
                7,
                27,
                4,
                5,
                0,
                false,
                false,
                12659842246L,
                new LadderConfig(
                    1, 200000000L, 30000000000L, 2000000000L, 120000000000L, 1200000000000L),
                List.of(1.0, 3.25, 3.0),
                50000000L,
                221999L,
                7026L),
            List.of(
                new Request(
                    0,
                    0L,
                    1,
                    0,
                    0,
                    17,
                    0,
                    3,
                    false,
                    0,
                    0,
                    StallPolicy.PAUSE,
                    0L,
                    0L,
                    new Reading(1L, 1, 2000000L, false, List.of()))),
            List.of(),
            243172044459L));
  }

  @Test
  void reader_awayBeforeAHold_isNotBlamedForTheHold() {
    play(
        new Schedule(
            new Setting(
                8,
                8,
                8,
                16,
                30,
                0,
                false,
                false,
                15024152810L,
                new LadderConfig(
                    1, 200000000L, 30000000000L, 2000000000L, 120000000000L, 1200000000000L),
                List.of(1.0, 1.25, 3.0),
                50000000L,
                134169L,
                1184087L),
            List.of(
                new Request(
                    1,
                    0L,
                    1,
                    1,
                    0,
                    4,
                    0,
                    1,
                    false,
                    0,
                    0,
                    StallPolicy.PAUSE,
                    0L,
                    0L,
                    new Reading(
                        3L,
                        3,
                        17000000L,
                        true,
                        List.of(new Absence(2, Long.MAX_VALUE), new Absence(9, 120000000000L))))),
            List.of(new Command.Hold(6728283257L, 1), new Command.Release(8486371937L, 1)),
            248783281370L));
  }

  @Test
  void copies_failAsChoicesStartBesideTheOneThatComesBack_leaveNothingStale() {
    play(
        new Schedule(
            new Setting(
                8,
                9,
                79,
                4,
                11,
                15,
                false,
                false,
                Long.MAX_VALUE,
                new LadderConfig(
                    1, 20000000L, 3000000000L, 200000000L, 12000000000L, 120000000000L),
                List.of(1.0, 5.25, 3.0),
                2000000L,
                1031373L,
                23518L),
            List.of(
                new Request(
                    0,
                    0L,
                    9,
                    1,
                    0,
                    6,
                    0,
                    3,
                    false,
                    0,
                    0,
                    StallPolicy.ABORT,
                    0L,
                    0L,
                    Reading.UNBOUNDED),
                new Request(
                    1,
                    20064483L,
                    9,
                    1,
                    0,
                    2,
                    0,
                    3,
                    false,
                    0,
                    0,
                    StallPolicy.ABORT,
                    0L,
                    0L,
                    new Reading(1L, 1, 12000000L, true, List.of()))),
            List.of(new Command.FailCopies(51321174L)),
            24060064483L));
  }

  @Test
  void look_beforeAnythingIsDue_decidesNothing() {
    play(
        new Schedule(
            new Setting(
                7,
                9,
                63,
                3,
                11,
                0,
                false,
                false,
                12712710286L,
                new LadderConfig(
                    1, 20000000L, 3000000000L, 200000000L, 12000000000L, 120000000000L),
                List.of(1.0, 5.25, 3.0),
                20000000L,
                892750L,
                35565L),
            List.of(
                new Request(
                    5,
                    0L,
                    1,
                    1,
                    0,
                    3,
                    0,
                    3,
                    false,
                    0,
                    0,
                    StallPolicy.PAUSE,
                    0L,
                    0L,
                    new Reading(
                        1L,
                        1,
                        291000000L,
                        true,
                        List.of(new Absence(1, 12000000001L), new Absence(2, 72059560L))))),
            List.of(new Command.Wake(9859402440L), new Command.Wake(13878029405L)),
            3655216014L));
  }

  @Test
  void look_whileStreamsStandBack_mayBringOneBack() {
    play(
        new Schedule(
            new Setting(
                8,
                26,
                58,
                8,
                7,
                5,
                false,
                true,
                Long.MAX_VALUE,
                new LadderConfig(
                    12, 200000000L, 30000000000L, 2000000000L, 120000000000L, 1200000000000L),
                List.of(1.0, 1.25, 3.0),
                6000000L,
                362872L,
                174119L),
            List.of(
                new Request(
                    6,
                    0L,
                    1,
                    1,
                    0,
                    17,
                    0,
                    1,
                    false,
                    0,
                    0,
                    StallPolicy.PAUSE,
                    0L,
                    0L,
                    new Reading(16L, 12, 213000000L, true, List.of())),
                new Request(
                    8,
                    0L,
                    6,
                    0,
                    0,
                    29,
                    0,
                    1,
                    false,
                    0,
                    0,
                    StallPolicy.PAUSE,
                    0L,
                    0L,
                    new Reading(16L, 12, 129000000L, true, List.of())),
                new Request(
                    10,
                    0L,
                    2,
                    0,
                    0,
                    9,
                    0,
                    4,
                    false,
                    0,
                    0,
                    StallPolicy.PAUSE,
                    0L,
                    0L,
                    Reading.UNBOUNDED)),
            List.of(),
            240898027223L));
  }

  @Test
  void java_ofASchedule_isTheExpressionThatMakesIt() {
    Schedule schedule =
        new Schedule(
            new Setting(
                1,
                2,
                3,
                4,
                5,
                6,
                true,
                false,
                Long.MAX_VALUE,
                new LadderConfig(1, 2L, 4L, 3L, 5L, 6L),
                List.of(1.0),
                7L,
                8L,
                9L),
            List.of(Request.plain(1, 2L, 3, 4, Reading.UNBOUNDED)),
            List.of(new Command.Hold(5L, 1)),
            10L);
    assertThat(Report.java(schedule))
        .isEqualTo(
            """
            new Schedule(
                new Setting(1, 2, 3, 4, 5, 6, true, false, Long.MAX_VALUE, \
            new LadderConfig(1, 2L, 4L, 3L, 5L, 6L), List.of(1.0), 7L, 8L, 9L),
                List.of(
                    new Request(1, 2L, 3, 0, 0, 4, 0, 1, false, 0, 0, StallPolicy.PAUSE, 0L, 0L, \
            Reading.UNBOUNDED)),
                List.of(
                    new Command.Hold(5L, 1)),
                10L)\
            """);
  }

  @Test
  void world_playedTwice_isTheSameTwice() {
    for (int seed = 1; seed <= 20; seed++) {
      Tally first = new Tally();
      Tally second = new Tally();
      World.play(ScheduleGenerator.schedule(seed), Sabotage.NONE, first);
      World.play(ScheduleGenerator.schedule(seed), Sabotage.NONE, second);
      assertThat(second).hasToString(first.toString());
      assertThat(ScheduleGenerator.schedule(seed)).isEqualTo(ScheduleGenerator.schedule(seed));
    }
  }
}
