package dev.sluice.app.stream;

import dev.sluice.engine.stream.TokenEvent;
import org.jspecify.annotations.Nullable;

/**
 * One token as a reader sees it: the text that it completes, which may be empty.
 *
 * @param choice index of the choice among all of the request's
 * @param text further text, with no half characters and no part of a stop
 * @param token the event behind it
 * @param finish how the choice ended; null if more follows
 */
public record TextDelta(int choice, String text, TokenEvent token, @Nullable Finish finish) {

  /**
   * How a choice ended.
   *
   * @param reason {@code stop} or {@code length}
   * @param stopReason the stop string or the stop token's id; null if neither
   */
  public record Finish(String reason, @Nullable Object stopReason) {}
}
