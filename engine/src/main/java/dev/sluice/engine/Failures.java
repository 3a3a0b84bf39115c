package dev.sluice.engine;

import dev.sluice.engine.EngineException.Kind;
import dev.sluice.engine.scheduler.FailureCause;
import dev.sluice.engine.scheduler.Sequence;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Says why a sequence was ended, to the one who reads it. */
final class Failures {
  private static final double NANOS_PER_SECOND = 1e9;

  private final EngineConfig config;

  Failures(EngineConfig config) {
    this.config = config;
  }

  EngineException of(Sequence sequence, FailureCause cause, long now) {
    String waited = "%.1f s".formatted(sequence.waitedNanos(now) / NANOS_PER_SECOND);
    return switch (cause) {
      case QUEUE_TIMEOUT ->
          new EngineException(
              Kind.QUEUE_TIMEOUT,
              "the request waited " + waited + " for a place in the batch; try again later");
      case FIRST_TOKEN_DEADLINE ->
          new EngineException(
              Kind.DEADLINE_EXCEEDED,
              "no token came within the %s that the request allows for its first; %s have passed"
                  .formatted(millis(sequence.scheduling().firstTokenDeadline()), waited));
      case DEADLINE ->
          new EngineException(
              Kind.DEADLINE_EXCEEDED,
              "%d tokens were generated within the %s that the request allows, which was too few"
                  .formatted(sequence.generatedTokens(), millis(sequence.scheduling().deadline())));
      case STALL_POLICY ->
          new EngineException(
              Kind.STALLED, "the reader stopped, and the request's stall policy is to end it then");
      case STALL_TIMEOUT ->
          new EngineException(
              Kind.STALLED,
              "the reader asked for nothing for longer than the stall timeout of "
                  + Duration.ofNanos(config.ladder().stallTimeoutNanos()).toSeconds()
                  + " s");
      case HOLD_TIMEOUT ->
          new EngineException(
              Kind.ABORTED,
              "the sequence was held for longer than the limit of "
                  + Duration.ofNanos(config.ladder().holdTimeoutNanos()).toSeconds()
                  + " s");
    };
  }

  private static String millis(@Nullable Duration duration) {
    return (duration == null ? 0 : duration.toMillis()) + " ms";
  }
}
