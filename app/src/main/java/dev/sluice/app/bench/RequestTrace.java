package dev.sluice.app.bench;

import dev.sluice.app.client.Chunk;

/**
 * One request's events in time; written by one thread at a time.
 *
 * <p>Times count from when the request was meant to start. Counting from when it was sent would
 * leave out just the waits that a stalled server causes (coordinated omission).
 */
final class RequestTrace {
  private final long intendedNanos;
  private long firstTextNanos;
  private long lastTextNanos;
  private int textEvents;
  private int countedTokens = -1;
  private int promptTokens = -1;

  RequestTrace(long intendedNanos) {
    this.intendedNanos = intendedNanos;
  }

  /** Notes an event; returns the time since the last text, or -1 if there is none between. */
  long accept(Chunk chunk) {
    if (chunk.hasUsage()) {
      countedTokens = chunk.completionTokens();
      promptTokens = chunk.promptTokens();
    }
    return chunk.text().isEmpty() ? -1 : acceptText(chunk.arrivedNanos());
  }

  private long acceptText(long nowNanos) {
    long gap = textEvents == 0 ? -1 : nowNanos - lastTextNanos;
    if (textEvents == 0) {
      firstTextNanos = nowNanos;
    }
    textEvents++;
    lastTextNanos = nowNanos;
    return gap;
  }

  long intendedNanos() {
    return intendedNanos;
  }

  boolean hasText() {
    return textEvents > 0;
  }

  long timeToFirstTokenNanos() {
    return firstTextNanos - intendedNanos;
  }

  /** First to last text, over the tokens after the first; 0 if there is one at most. */
  long meanInterTokenNanos() {
    return outputTokens() <= 1 ? 0 : (lastTextNanos - firstTextNanos) / (outputTokens() - 1);
  }

  /** By the server's count; if it gives none, one per event with text. */
  int outputTokens() {
    return countedTokens >= 0 ? countedTokens : textEvents;
  }

  int promptTokens() {
    return promptTokens;
  }
}
