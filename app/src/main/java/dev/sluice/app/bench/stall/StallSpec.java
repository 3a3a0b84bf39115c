package dev.sluice.app.bench.stall;

import java.time.Duration;

/**
 * The load.
 *
 * @param model as the server calls it
 * @param readers in all; half of them stop
 * @param inputTokens words in a prompt
 * @param outputTokens tokens of an answer
 * @param seed of prompts
 * @param warmUp before it is measured
 * @param duration for which it is measured
 */
public record StallSpec(
    String model,
    int readers,
    int inputTokens,
    int outputTokens,
    long seed,
    Duration warmUp,
    Duration duration) {

  /** How long the first tokens may take. */
  Duration patience() {
    return Duration.ofMinutes(5);
  }
}
