package dev.sluice.engine.simulation;

import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.FinishReason;
import dev.sluice.engine.testkit.WitnessBackend;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The stream that a sequence would yield with a machine to itself, token by token, from the
 * witness's formula alone: without scheduler, blocks or batch.
 */
final class Undisturbed {
  static final int END_TOKEN = 7;

  private final SamplingParams params;
  private final int maxContext;
  private int length;
  private int generated;
  private long state = WitnessBackend.NOTHING_READ;

  Undisturbed(int[] prompt, SamplingParams params, int maxContext) {
    this.params = params;
    this.maxContext = maxContext;
    for (int token : prompt) {
      read(token);
    }
  }

  private void read(int token) {
    state = WitnessBackend.read(state, token, length++);
  }

  /** The next token. */
  int next() {
    int token = WitnessBackend.sample(state, params);
    read(token);
    generated++;
    return token;
  }

  /** Why the stream ends with the token that {@link #next} gave last; null if it goes on. */
  @Nullable FinishReason endsWith(int token) {
    if (token == END_TOKEN) {
      return FinishReason.END_TOKEN;
    }
    if (Arrays.stream(params.stopTokenIds()).anyMatch(id -> id == token)) {
      return FinishReason.STOP_TOKEN;
    }
    return generated == params.maxTokens() || length == maxContext ? FinishReason.LENGTH : null;
  }
}
