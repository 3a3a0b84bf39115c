package dev.sluice.engine.stream;

import dev.sluice.engine.sampling.TokenLogprobs;
import dev.sluice.engine.scheduler.FinishReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One generated token on its way to the reader, or several that came while it did not read.
 *
 * <p>A stream is any number of {@link Token}s and then exactly one {@link LastToken}, after which
 * it completes; or it ends with an error. Where the reader chose to have what it misses merged,
 * {@link Tokens} hold some of them.
 */
public sealed interface TokenEvent {

  int tokenId();

  /** Log-probabilities at this place; null unless asked for. */
  @Nullable TokenLogprobs logprobs();

  /** What is known of the prompt; only on a stream's first event. */
  @Nullable PromptInfo prompt();

  /** The tokens of this event, one unless they were merged. */
  default List<TokenEvent> tokens() {
    return List.of(this);
  }

  /** The token that ends the stream; null if more come. */
  default @Nullable LastToken last() {
    return null;
  }

  /** A token with more to come. */
  record Token(int tokenId, @Nullable TokenLogprobs logprobs, @Nullable PromptInfo prompt)
      implements TokenEvent {}

  /** The token that ends its stream; an end token has no text of its own. */
  record LastToken(
      int tokenId,
      @Nullable TokenLogprobs logprobs,
      @Nullable PromptInfo prompt,
      FinishReason reason,
      int generatedTokens)
      implements TokenEvent {

    @Override
    public LastToken last() {
      return this;
    }
  }

  /**
   * Tokens that were merged, since their reader did not read them one by one.
   *
   * @param tokens at least one, in order; only the last may be a {@link LastToken}
   */
  record Tokens(List<TokenEvent> tokens) implements TokenEvent {

    @Override
    public int tokenId() {
      return tokens.getLast().tokenId();
    }

    @Override
    public @Nullable TokenLogprobs logprobs() {
      return tokens.getLast().logprobs();
    }

    @Override
    public @Nullable PromptInfo prompt() {
      return tokens.getFirst().prompt();
    }

    @Override
    public @Nullable LastToken last() {
      return tokens.getLast().last();
    }
  }

  /**
   * What the engine did with the prompt.
   *
   * @param promptTokens its length
   * @param cachedTokens how many of them were found in the prefix cache
   * @param logprobs for each prompt token but the first, if asked for; else empty
   */
  record PromptInfo(int promptTokens, int cachedTokens, List<TokenLogprobs> logprobs) {}
}
