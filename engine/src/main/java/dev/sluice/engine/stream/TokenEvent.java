package dev.sluice.engine.stream;

import dev.sluice.engine.sampling.TokenLogprobs;
import dev.sluice.engine.scheduler.FinishReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One generated token on its way to the reader.
 *
 * <p>A stream is any number of {@link Token}s and then exactly one {@link LastToken}, after which
 * it completes; or it ends with an error.
 */
public sealed interface TokenEvent {

  int tokenId();

  /** Log-probabilities at this place; null unless asked for. */
  @Nullable TokenLogprobs logprobs();

  /** What is known of the prompt; only on a stream's first event. */
  @Nullable PromptInfo prompt();

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
      implements TokenEvent {}

  /**
   * What the engine did with the prompt.
   *
   * @param promptTokens its length
   * @param cachedTokens how many of them were found in the prefix cache
   * @param logprobs for each prompt token but the first, if asked for; else empty
   */
  record PromptInfo(int promptTokens, int cachedTokens, List<TokenLogprobs> logprobs) {}
}
