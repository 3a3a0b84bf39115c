package dev.sluice.engine.scheduler;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The sequences that wait for their first blocks, served by class, then by whose tenant has been
 * served least, then by age.
 *
 * <p>A tenant's account holds the tokens computed for it, generated ones twice, over its weight: a
 * virtual token counter (Sheng et al., <em>Fairness in Serving Large Language Models</em>, OSDI
 * 2024). A tenant that comes back after a time without requests starts level with the least served
 * one that is active, so that nobody saves up service. Waiting raises a sequence by a class every
 * few seconds, so that none waits for ever behind more urgent ones; but not above the most urgent
 * of them, or a tenant that has queued many would be served before one that asks for little.
 */
final class FairQueue {
  private static final int PROMPT_WEIGHT = 1;

  /** A generated token costs a step of its own, a prompt's only a place in one. */
  private static final int OUTPUT_WEIGHT = 2;

  private static final long NANOS_PER_CLASS = TimeUnit.SECONDS.toNanos(10);

  /** Accounts of tenants without requests that are remembered. */
  private static final int MAX_IDLE_ACCOUNTS = 1024;

  private final Map<String, Double> weights;
  private final List<Sequence> waiting = new ArrayList<>(); // in order of arrival
  private final Map<String, Account> accounts = new LinkedHashMap<>();

  FairQueue(Map<String, Double> weights) {
    this.weights = weights;
  }

  /** What a tenant has had. */
  private static final class Account {
    final double weight;
    double served;
    int live; // its sequences, waiting or not

    Account(double weight) {
      this.weight = weight;
    }
  }

  /** Takes in a new sequence. */
  void add(Sequence sequence) {
    Account account = account(sequence.scheduling().tenant());
    if (account.live == 0) {
      account.served = Math.max(account.served, leastServed());
    }
    account.live++;
    waiting.add(sequence);
  }

  private Account account(String tenant) {
    Account account = accounts.get(tenant);
    if (account == null) {
      dropIdleAccounts();
      account = new Account(weights.getOrDefault(tenant, 1.0));
      accounts.put(tenant, account);
    }
    return account;
  }

  /** The least that an active tenant has had; 0 if there is none. */
  private double leastServed() {
    double least = Double.MAX_VALUE;
    for (Account account : accounts.values()) {
      if (account.live > 0) {
        least = Math.min(least, account.served);
      }
    }
    return least == Double.MAX_VALUE ? 0 : least;
  }

  private void dropIdleAccounts() {
    if (accounts.size() >= MAX_IDLE_ACCOUNTS) {
      accounts.values().removeIf(account -> account.live == 0);
    }
  }

  /** Takes a sequence off the queue, since it starts or ends. */
  void remove(Sequence sequence) {
    waiting.remove(sequence);
  }

  /** A sequence of a tenant has ended. */
  void ended(Sequence sequence) {
    account(sequence.scheduling().tenant()).live--;
  }

  /** Puts what is computed for a sequence on its tenant's account, each token once. */
  void charge(Sequence sequence, int upTo) {
    int from = sequence.chargedTokens;
    if (upTo <= from) {
      return; // computed before, for its first time
    }
    int prompt = Math.max(0, Math.min(upTo, sequence.promptTokens()) - from);
    int output = upTo - from - prompt;
    Account account = account(sequence.scheduling().tenant());
    account.served += (PROMPT_WEIGHT * prompt + OUTPUT_WEIGHT * output) / account.weight;
    sequence.chargedTokens = upTo;
  }

  /** The one to be served next, of those that may start; null if there is none. */
  @Nullable Sequence next(long nowNanos) {
    int mostUrgent = Integer.MAX_VALUE;
    for (int i = 0; i < waiting.size(); i++) {
      mostUrgent = Math.min(mostUrgent, waiting.get(i).priority());
    }
    Sequence best = null;
    for (int i = 0; i < waiting.size(); i++) {
      Sequence candidate = waiting.get(i);
      if (mayStart(candidate)
          && (best == null || isBefore(candidate, best, mostUrgent, nowNanos))) {
        best = candidate;
      }
    }
    return best;
  }

  static boolean mayStart(Sequence sequence) {
    return !sequence.isIdle() && !waitsForLeader(sequence);
  }

  /** Whether the prompt's blocks will soon be there to be shared. */
  private static boolean waitsForLeader(Sequence sequence) {
    Sequence leader = sequence.group().leaderOf(sequence);
    return leader != null
        && !leader.state().isTerminal()
        && !leader.isIdle()
        && leader.computedTokens < leader.promptTokens();
  }

  private boolean isBefore(Sequence a, Sequence b, int mostUrgent, long nowNanos) {
    long classA = Math.max(mostUrgent, agedClass(a, nowNanos));
    long classB = Math.max(mostUrgent, agedClass(b, nowNanos));
    if (classA != classB) {
      return classA < classB;
    }
    double servedA = account(a.scheduling().tenant()).served;
    double servedB = account(b.scheduling().tenant()).served;
    return servedA != servedB ? servedA < servedB : a.arrival < b.arrival;
  }

  private static long agedClass(Sequence sequence, long nowNanos) {
    return sequence.priority() - sequence.waitedNanos(nowNanos) / NANOS_PER_CLASS;
  }

  int size() {
    return waiting.size();
  }

  Sequence get(int i) {
    return waiting.get(i);
  }

  /** Whether any could start if there were room. */
  boolean anyWanting() {
    for (int i = 0; i < waiting.size(); i++) {
      if (mayStart(waiting.get(i))) {
        return true;
      }
    }
    return false;
  }

  /** How many could start if there were room. */
  int wantingCount() {
    int wanting = 0;
    for (int i = 0; i < waiting.size(); i++) {
      wanting += mayStart(waiting.get(i)) ? 1 : 0;
    }
    return wanting;
  }
}
