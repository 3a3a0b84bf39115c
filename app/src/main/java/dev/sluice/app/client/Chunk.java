package dev.sluice.app.client;

/**
 * One event of a streamed answer.
 *
 * @param arrivedNanos when its bytes arrived, on {@link System#nanoTime}'s scale
 * @param text what it adds to the answer; may be empty
 * @param completionTokens the answer's length by the server's own count; -1 if it does not say
 * @param promptTokens the prompt's length by the server's own count; -1 if it does not say
 */
public record Chunk(long arrivedNanos, String text, int completionTokens, int promptTokens) {

  /** Whether the server counted the tokens here. */
  public boolean hasUsage() {
    return completionTokens >= 0;
  }
}
