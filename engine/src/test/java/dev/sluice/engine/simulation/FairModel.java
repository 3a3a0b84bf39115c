package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import dev.sluice.engine.scheduler.StepPlan;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The tenants' accounts, kept naively: who is admitted must be the one whose class, age, tenant's
 * account and arrival come first.
 */
final class FairModel {
  private static final long NANOS_PER_CLASS = TimeUnit.SECONDS.toNanos(10);

  private final Map<String, Double> weights;
  private final Map<String, Double> served = new HashMap<>();
  private final Map<String, Integer> live = new HashMap<>();

  FairModel(Map<String, Double> weights) {
    this.weights = weights;
  }

  /** A tenant that was away starts level with the least served one, as it saves up nothing. */
  void submitted(String tenant) {
    if (live.getOrDefault(tenant, 0) == 0) {
      double least =
          live.entrySet().stream()
              .filter(entry -> entry.getValue() > 0)
              .mapToDouble(entry -> served.getOrDefault(entry.getKey(), 0.0))
              .min()
              .orElse(0);
      served.merge(tenant, least, Math::max);
    }
    live.merge(tenant, 1, Integer::sum);
  }

  void ended(String tenant) {
    live.merge(tenant, -1, Integer::sum);
  }

  /** Goes through a plan: charges what it computes, and judges whom it admits. */
  void checkAdmissions(
      StepPlan plan,
      List<ReferenceModel.Entry> admitted,
      Collection<ReferenceModel.Entry> sequences,
      long now) {
    Map<Sequence, ReferenceModel.Entry> planned = new HashMap<>();
    sequences.forEach(entry -> planned.put(entry.sequence, entry));
    int next = 0;
    for (int i = 0; i < plan.count(); i++) {
      ReferenceModel.Entry entry = planned.get(plan.sequence(i));
      if (entry == null) {
        throw failure(plan.sequence(i) + " is planned after its end");
      }
      if (next < admitted.size() && admitted.get(next) == entry) {
        checkChoice(entry, admitted.subList(next, admitted.size()), sequences, now);
        next++;
      }
      charge(entry, plan.sequence(i).computedTokens() + plan.tokenCount(i));
    }
    if (next != admitted.size()) {
      throw failure(admitted.get(next).sequence + " is admitted and does not run");
    }
  }

  private void checkChoice(
      ReferenceModel.Entry chosen,
      List<ReferenceModel.Entry> alsoAdmitted,
      Collection<ReferenceModel.Entry> sequences,
      long now) {
    int mostUrgent = chosen.priority;
    for (ReferenceModel.Entry other : sequences) {
      if (other.state == SequenceState.WAITING || alsoAdmitted.contains(other)) {
        mostUrgent = Math.min(mostUrgent, other.priority);
      }
    }
    for (ReferenceModel.Entry other : sequences) {
      boolean waited =
          other.due == null
              && (other.state == SequenceState.WAITING || alsoAdmitted.contains(other))
              && !other.isIdle()
              && !other.waitedForLeader
              && !other.waitsForLeader();
      if (waited && other != chosen && isBefore(other, chosen, mostUrgent, now)) {
        throw failure(chosen.sequence + " is admitted before " + other.sequence);
      }
    }
  }

  private boolean isBefore(
      ReferenceModel.Entry a, ReferenceModel.Entry b, int mostUrgent, long now) {
    long classA = agedClass(a, mostUrgent, now);
    long classB = agedClass(b, mostUrgent, now);
    if (classA != classB) {
      return classA < classB;
    }
    double servedA = served.getOrDefault(a.sequence.scheduling().tenant(), 0.0);
    double servedB = served.getOrDefault(b.sequence.scheduling().tenant(), 0.0);
    return servedA != servedB ? servedA < servedB : a.order < b.order;
  }

  private static long agedClass(ReferenceModel.Entry entry, int mostUrgent, long now) {
    return Math.max(mostUrgent, entry.priority - (now - entry.submittedNanos) / NANOS_PER_CLASS);
  }

  /** A token counts once, however often it is computed; a generated one counts twice. */
  private void charge(ReferenceModel.Entry entry, int upTo) {
    int units = 0;
    for (int position = entry.chargedTokens; position < upTo; position++) {
      units += position < entry.sequence.promptTokens() ? 1 : 2;
    }
    String tenant = entry.sequence.scheduling().tenant();
    served.merge(tenant, units / weights.getOrDefault(tenant, 1.0), Double::sum);
    entry.chargedTokens = Math.max(entry.chargedTokens, upTo);
  }

  private static SimulationFailure failure(String message) {
    return new SimulationFailure(SimulationFailure.Kind.MODEL, message);
  }
}
