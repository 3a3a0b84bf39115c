package dev.sluice.engine.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import dev.sluice.engine.simulation.SimulationFailure.Kind;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/**
 * The test of the simulation: bugs planted from outside are found within the first seeds, for the
 * right reason, and shrunk to a few arrivals and commands that are innocent without the bug.
 *
 * <p>Production code has no switch for any of them. Miscounts go through the pool, which the
 * scheduler shows to its meters; stale blocks come from a backend that copies wrongly; a lost
 * wake-up is a call that the world's loop leaves out.
 */
class PlantedBugTest {
  private static final int SEEDS = 300;

  /** The first failure of a kind that a bug leads to, shrunk. */
  private static Shrinker.Shrunk find(Kind kind, Supplier<Sabotage> bug) {
    for (int seed = 1; seed <= SEEDS; seed++) {
      Schedule schedule = ScheduleGenerator.schedule(seed);
      SimulationFailure failure = Shrinker.failureOf(schedule, bug);
      if (failure != null && failure.kind == kind) {
        Shrinker.Shrunk shrunk = Shrinker.shrink(schedule, bug, failure);
        assertThat(Shrinker.failureOf(shrunk.schedule(), () -> Sabotage.NONE)).isNull();
        return shrunk;
      }
    }
    throw new AssertionError("not found in " + SEEDS + " seeds");
  }

  private static Supplier<Sabotage> miscount(WrongReferences.Mistake mistake, boolean hidden) {
    return () -> new WrongReferences(mistake, hidden);
  }

  private static Supplier<Sabotage> copies(WrongCopies.Mistake mistake) {
    return () ->
        new Sabotage() {
          @Override
          public Backend around(Backend backend) {
            return new WrongCopies(backend, mistake);
          }
        };
  }

  private static Supplier<Sabotage> demandLostWhen(SequenceState state) {
    return () ->
        new Sabotage() {
          @Override
          public boolean losesDemand(Sequence sequence) {
            return sequence.state() == state;
          }
        };
  }

  @Test
  void references_oneTooMany_areFound() {
    Shrinker.Shrunk found =
        find(Kind.INVARIANT, miscount(WrongReferences.Mistake.SHARED_ONCE_TOO_OFTEN, false));
    assertThat(found.failure()).hasMessageMatching("(?s)INVARIANT: .*references but \\d+ holders");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(2);
  }

  @Test
  void references_oneTooFew_areFound() {
    Shrinker.Shrunk found =
        find(Kind.INVARIANT, miscount(WrongReferences.Mistake.SHARED_ONCE_TOO_RARELY, false));
    assertThat(found.failure()).hasMessageMatching("(?s)INVARIANT: .*references but \\d+ holders");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(2);
  }

  @Test
  void references_oneTooManyAndMemoryNotLookedAt_leakIsFoundInTheEnd() {
    Shrinker.Shrunk found =
        find(Kind.INVARIANT, miscount(WrongReferences.Mistake.SHARED_ONCE_TOO_OFTEN, true));
    assertThat(found.failure()).hasMessageContaining("blocks are used after all ended");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(2);
  }

  @Test
  void references_oneTooFewAndMemoryNotLookedAt_changeAStream() {
    Shrinker.Shrunk found =
        find(Kind.STREAM, miscount(WrongReferences.Mistake.SHARED_ONCE_TOO_RARELY, true));
    assertThat(found.failure()).hasMessageMatching("(?s)STREAM: .*would have yielded \\d+ alone");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(3);
  }

  @Test
  void blocks_releasedTwice_areFound() {
    Shrinker.Shrunk found =
        find(Kind.INVARIANT, miscount(WrongReferences.Mistake.RELEASED_TWICE, false));
    assertThat(found.failure()).hasMessageContaining("released more often than held");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(2);
  }

  @Test
  void copy_skipped_changesAStream() {
    Shrinker.Shrunk found = find(Kind.STREAM, copies(WrongCopies.Mistake.SKIPPED));
    assertThat(found.failure()).hasMessageMatching("(?s)STREAM: .*would have yielded \\d+ alone");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(5);
  }

  @Test
  void copies_reversed_changeAStream() {
    Shrinker.Shrunk found = find(Kind.STREAM, copies(WrongCopies.Mistake.REVERSED));
    assertThat(found.failure()).hasMessageMatching("(?s)STREAM: .*would have yielded \\d+ alone");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(6);
  }

  @Test
  void block_reusedBeforeItIsCopiedOut_changesAStream() {
    Shrinker.Shrunk found = find(Kind.STREAM, copies(WrongCopies.Mistake.LATE));
    assertThat(found.failure()).hasMessageMatching("(?s)STREAM: .*would have yielded \\d+ alone");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(5);
  }

  @Test
  void demand_lostWhilePreempted_differsFromTheModel() {
    Shrinker.Shrunk found = find(Kind.MODEL, demandLostWhen(SequenceState.PREEMPTED));
    assertThat(found.failure()).hasMessageContaining("disagrees on being idle");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(3);
  }

  @Test
  void demand_lostWhileStalled_differsFromTheModel() {
    Shrinker.Shrunk found = find(Kind.MODEL, demandLostWhen(SequenceState.STALLED));
    assertThat(found.failure()).hasMessageContaining("MODEL: ");
    assertThat(found.schedule().size()).isLessThanOrEqualTo(1);
  }
}
