package dev.sluice.engine.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Makes a failing schedule small: leaves out requests and commands, then shortens and simplifies
 * what is left, as long as it fails in the same way.
 */
final class Shrinker {
  private final Supplier<Sabotage> sabotage;
  private final SimulationFailure.Kind kind;
  private Schedule smallest;
  private SimulationFailure failure;

  private Shrinker(Schedule schedule, Supplier<Sabotage> sabotage, SimulationFailure failure) {
    this.sabotage = sabotage;
    this.kind = failure.kind;
    this.smallest = schedule;
    this.failure = failure;
  }

  /**
   * A schedule that fails, as small as it got.
   *
   * @param failure what is wrong with it
   */
  record Shrunk(Schedule schedule, SimulationFailure failure) {}

  static Shrunk shrink(Schedule schedule, Supplier<Sabotage> sabotage, SimulationFailure failure) {
    Shrinker shrinker = new Shrinker(schedule, sabotage, failure);
    Schedule before;
    do {
      before = shrinker.smallest;
      shrinker.dropCommands();
      shrinker.dropRequests();
      shrinker.simplifyRequests();
      shrinker.simplifySetting();
    } while (!shrinker.smallest.equals(before));
    return new Shrunk(shrinker.smallest, shrinker.failure);
  }

  /** What a schedule's play finds wrong, or null. */
  static @Nullable SimulationFailure failureOf(Schedule schedule, Supplier<Sabotage> sabotage) {
    try {
      World.play(schedule, sabotage.get(), new Tally());
      return null;
    } catch (SimulationFailure failure) {
      return failure;
    }
  }

  private boolean accepts(Schedule candidate) {
    if (candidate.equals(smallest)) {
      return false;
    }
    SimulationFailure found = failureOf(candidate, sabotage);
    if (found == null || found.kind != kind) {
      return false;
    }
    smallest = candidate;
    failure = found;
    return true;
  }

  private void dropCommands() {
    for (int size = smallest.commands().size(); size >= 1; size /= 2) {
      for (int from = smallest.commands().size() - size; from >= 0; from -= size) {
        accepts(smallest.withCommands(without(smallest.commands(), from, size)));
      }
    }
  }

  private void dropRequests() {
    for (int size = smallest.requests().size() / 2; size >= 1; size /= 2) {
      for (int from = smallest.requests().size() - size; from >= 0; from -= size) {
        accepts(smallest.withRequests(without(smallest.requests(), from, size)));
      }
    }
  }

  private static <T> List<T> without(List<T> list, int from, int size) {
    List<T> rest = new ArrayList<>(list);
    rest.subList(from, Math.min(rest.size(), from + size)).clear();
    return rest;
  }

  private void simplifyRequests() {
    for (int i = 0; i < smallest.requests().size(); i++) {
      simplify(i, request -> request.withReading(Reading.UNBOUNDED));
      simplify(i, request -> request.withReading(request.reading().withAbsences(List.of())));
      simplify(i, request -> request.withChoices(1));
      simplify(i, Request::withoutEnds);
      simplify(i, Request::withoutRank);
      simplify(i, request -> request.withArrival(0));
      shorten(i);
    }
  }

  private void shorten(int i) {
    boolean shorter = true;
    while (shorter) {
      shorter =
          simplify(i, r -> r.withTokens((r.promptTokens() + 1) / 2, r.maxTokens()))
              || simplify(i, r -> r.withTokens(r.promptTokens(), (r.maxTokens() + 1) / 2))
              || simplify(i, r -> r.withTokens(Math.max(1, r.promptTokens() - 1), r.maxTokens()))
              || simplify(i, r -> r.withTokens(r.promptTokens(), Math.max(1, r.maxTokens() - 1)));
    }
  }

  private boolean simplify(int i, UnaryOperator<Request> change) {
    List<Request> requests = new ArrayList<>(smallest.requests());
    requests.set(i, change.apply(requests.get(i)));
    return accepts(smallest.withRequests(requests));
  }

  private void simplifySetting() {
    accepts(smallest.withSetting(smallest.setting().withoutTier()));
    accepts(smallest.withSetting(smallest.setting().withoutPrefixCaching()));
    accepts(smallest.withSetting(smallest.setting().withoutSlack()));
  }
}
