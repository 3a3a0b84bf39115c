package dev.sluice.engine.scheduler;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf and how urgently a request is served.
 *
 * @param tenant who asks, between whom service is shared fairly and prefixes are not shared at all
 * @param priority its class: lower is earlier, 0 is usual
 * @param onStall what becomes of it when its reader stops
 * @param firstTokenDeadline how long the first token may take; null for as long as it takes
 * @param deadline how long all of it may take; null for as long as it takes
 */
public record SchedulingParams(
    String tenant,
    int priority,
    StallPolicy onStall,
    @Nullable Duration firstTokenDeadline,
    @Nullable Duration deadline) {

  /** Nobody in particular, in no hurry. */
  public static final SchedulingParams DEFAULT =
      new SchedulingParams("", 0, StallPolicy.PAUSE, null, null);

  /** The lowest and highest priority value; lower is earlier. */
  public static final int MIN_PRIORITY = -100;

  public static final int MAX_PRIORITY = 100;

  public SchedulingParams {
    if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
      throw new IllegalArgumentException(
          "priority " + priority + " is outside of " + MIN_PRIORITY + " to " + MAX_PRIORITY);
    }
    requirePositive("first-token deadline", firstTokenDeadline);
    requirePositive("deadline", deadline);
  }

  private static void requirePositive(String name, @Nullable Duration duration) {
    if (duration != null && !duration.isPositive()) {
      throw new IllegalArgumentException(name + " " + duration + " must be positive");
    }
  }

  /** The same for another priority. */
  public SchedulingParams withPriority(int other) {
    return new SchedulingParams(tenant, other, onStall, firstTokenDeadline, deadline);
  }
}
