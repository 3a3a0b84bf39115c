package dev.sluice.engine.simulation;

import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.engine.scheduler.StallPolicy;
import dev.sluice.engine.testkit.WitnessBackend;
import java.time.Duration;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A request that arrives in a simulated world.
 *
 * @param id names it in commands
 * @param atNanos when it arrives
 * @param promptTokens its prompt's length
 * @param family prompts of one family begin alike
 * @param sharedTokens how much of the prompt is the family's
 * @param maxTokens most tokens to generate
 * @param stopEvery one of so many token ids ends it; 0 for none
 * @param choices how many sequences it has
 * @param scored whether the prompt's log-probabilities are asked for
 * @param tenant whose it is
 * @param priority its class
 * @param onStall what becomes of it when its reader stops
 * @param firstTokenNanos its first token's deadline; {@link #NO_DEADLINE} for none
 * @param lastTokenNanos its last token's deadline; {@link #NO_DEADLINE} for none
 * @param reading how each of its streams is read
 */
record Request(
    int id,
    long atNanos,
    int promptTokens,
    int family,
    int sharedTokens,
    int maxTokens,
    int stopEvery,
    int choices,
    boolean scored,
    int tenant,
    int priority,
    StallPolicy onStall,
    long firstTokenNanos,
    long lastTokenNanos,
    Reading reading) {
  static final long NO_DEADLINE = 0;

  /** A plain one: one sequence of the first tenant that is read at once. */
  static Request plain(int id, long atNanos, int promptTokens, int maxTokens, Reading reading) {
    return new Request(
        id,
        atNanos,
        promptTokens,
        0,
        0,
        maxTokens,
        0,
        1,
        false,
        0,
        0,
        StallPolicy.PAUSE,
        NO_DEADLINE,
        NO_DEADLINE,
        reading);
  }

  int[] prompt() {
    int[] prompt = new int[promptTokens];
    for (int i = 0; i < promptTokens; i++) {
      int author = i < sharedTokens ? family : 1000 + id;
      prompt[i] = Math.floorMod(author * 7919 + i * 104_729 + (author ^ i) * 31, 997);
    }
    return prompt;
  }

  SamplingParams sampling(int choice) {
    SamplingParams greedy = SamplingParams.greedy(maxTokens).withChoice(choice);
    return new SamplingParams(
        greedy.temperature(),
        greedy.topK(),
        greedy.topP(),
        greedy.minP(),
        greedy.repetitionPenalty(),
        greedy.presencePenalty(),
        greedy.frequencyPenalty(),
        greedy.logitBiasIds(),
        greedy.logitBiasValues(),
        id,
        choice,
        maxTokens,
        greedy.minTokens(),
        stopTokens(),
        greedy.ignoreEos(),
        greedy.logprobs());
  }

  private int[] stopTokens() {
    int[] ids = new int[stopEvery == 0 ? 0 : WitnessBackend.VOCABULARY / stopEvery];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = i * stopEvery;
    }
    return ids;
  }

  SchedulingParams scheduling() {
    return new SchedulingParams(
        "t" + tenant, priority, onStall, duration(firstTokenNanos), duration(lastTokenNanos));
  }

  private static @Nullable Duration duration(long nanos) {
    return nanos == NO_DEADLINE ? null : Duration.ofNanos(nanos);
  }

  OptionalInt promptLogprobs() {
    return scored ? OptionalInt.of(0) : OptionalInt.empty();
  }

  /** The same of other lengths. */
  Request withTokens(int prompt, int max) {
    return copy(atNanos, prompt, max, choices, reading, tenant, priority);
  }

  Request withChoices(int count) {
    return copy(atNanos, promptTokens, maxTokens, count, reading, tenant, priority);
  }

  Request withReading(Reading other) {
    return copy(atNanos, promptTokens, maxTokens, choices, other, tenant, priority);
  }

  Request withArrival(long nanos) {
    return copy(nanos, promptTokens, maxTokens, choices, reading, tenant, priority);
  }

  /** The same of the first tenant in the usual class. */
  Request withoutRank() {
    return copy(atNanos, promptTokens, maxTokens, choices, reading, 0, 0);
  }

  /** The same without a deadline, stop tokens or scores. */
  Request withoutEnds() {
    return new Request(
        id,
        atNanos,
        promptTokens,
        family,
        sharedTokens,
        maxTokens,
        0,
        choices,
        false,
        tenant,
        priority,
        onStall,
        NO_DEADLINE,
        NO_DEADLINE,
        reading);
  }

  private Request copy(long at, int prompt, int max, int count, Reading read, int whose, int rank) {
    return new Request(
        id,
        at,
        prompt,
        family,
        Math.min(sharedTokens, prompt),
        max,
        stopEvery,
        count,
        scored,
        whose,
        rank,
        onStall,
        firstTokenNanos,
        lastTokenNanos,
        read);
  }
}
