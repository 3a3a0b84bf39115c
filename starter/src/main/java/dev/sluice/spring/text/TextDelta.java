package dev.sluice.spring.text;

import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.stream.TokenEvent.PromptInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One token as a reader sees it, or several that were merged: the text that they complete, which
 * may be empty.
 *
 * @param choice index of the choice among all of the request's
 * @param text further text, with no half characters and no part of a stop
 * @param tokens the tokens behind it, at least one
 * @param finish how the choice ended; null if more follows
 */
public record TextDelta(int choice, String text, List<TokenEvent> tokens, @Nullable Finish finish) {

  /** What is known of the prompt; only on a choice's first delta. */
  public @Nullable PromptInfo prompt() {
    return tokens.getFirst().prompt();
  }

  /** The tokens' ids. */
  public List<Integer> tokenIds() {
    return tokens.stream().map(TokenEvent::tokenId).toList();
  }

  /**
   * How a choice ended.
   *
   * @param reason {@code stop} or {@code length}
   * @param stopReason the stop string or the stop token's id; null if neither
   */
  public record Finish(String reason, @Nullable Object stopReason) {}
}
