package dev.sluice.engine.sampling;

import java.util.List;

/**
 * Chooses a token from a row of logits; one per worker thread, since it holds the scratch.
 *
 * <p>The order is vLLM's, and each step is a class of its own:
 *
 * <ol>
 *   <li>{@link LogitBias}, {@link MinTokens}
 *   <li>{@link Penalties}: repetition, then frequency and presence
 *   <li>a temperature below 1e-5 is greedy: the largest logit, the lowest id of equals
 *   <li>temperature
 *   <li>{@link MinP}, then {@link TopK}, then {@link TopP}, each on what the one before left
 *   <li>a draw by inverse distribution function in order of id, with {@link CounterRandom} at
 *       (seed, choice, tokens generated so far)
 * </ol>
 *
 * <p>Temperature keeps the order of logits, so it is applied where weights are computed. The choice
 * depends on the row and the state alone: not on the thread, the batch or earlier rows.
 */
public final class Sampler {
  /** Below this, dividing by the temperature serves no one; vLLM draws the line here as well. */
  private static final float GREEDY_TEMPERATURE = 1e-5f;

  private static final List<LogitsProcessor> PROCESSORS =
      List.of(new LogitBias(), new MinTokens(), new Penalties());
  private static final List<Truncation> TRUNCATIONS = List.of(new MinP(), new TopK(), new TopP());

  private final int vocabularySize;
  private final Candidates candidates;

  public Sampler(int vocabularySize) {
    this.vocabularySize = vocabularySize;
    candidates = new Candidates(vocabularySize);
  }

  /**
   * The id of the chosen token; allocates nothing.
   *
   * @param logits [vocabulary] from {@code offset}; finite, only read, so that log-probabilities
   *     can follow
   */
  public int sample(float[] logits, int offset, SamplingState state) {
    boolean greedy = state.params().temperature() < GREEDY_TEMPERATURE;
    if (greedy && !isProcessed(state)) {
      return Rows.argMax(logits, offset, vocabularySize);
    }
    candidates.load(logits, offset, vocabularySize);
    process(state);
    return greedy ? Rows.argMax(candidates.values, 0, vocabularySize) : draw(state);
  }

  private static boolean isProcessed(SamplingState state) {
    for (int i = 0; i < PROCESSORS.size(); i++) {
      if (PROCESSORS.get(i).appliesTo(state)) {
        return true;
      }
    }
    return false;
  }

  private void process(SamplingState state) {
    for (int i = 0; i < PROCESSORS.size(); i++) {
      LogitsProcessor processor = PROCESSORS.get(i);
      if (processor.appliesTo(state)) {
        processor.apply(candidates.values, vocabularySize, state);
      }
    }
  }

  private int draw(SamplingState state) {
    SamplingParams params = state.params();
    candidates.findMax();
    if (candidates.max() == Float.NEGATIVE_INFINITY) {
      return 0; // every token is ruled out; there is no distribution to draw from
    }
    truncate(params);
    if (params.topP() >= 1) {
      candidates.weigh(params.temperature()); // otherwise TopP has
    }
    return candidates.draw(
        CounterRandom.uniform(params.seed(), params.choice(), state.generatedCount()));
  }

  private void truncate(SamplingParams params) {
    for (int i = 0; i < TRUNCATIONS.size(); i++) {
      Truncation truncation = TRUNCATIONS.get(i);
      if (truncation.appliesTo(params)) {
        truncation.apply(candidates, params);
      }
    }
  }

  /** Whether a row holds NaN or an infinity: a broken model or KV cache, not a distribution. */
  public static boolean anyNonFinite(float[] logits, int offset, int count) {
    return !(Rows.maxMagnitude(logits, offset, count) <= Float.MAX_VALUE);
  }

  /**
   * Log-probabilities under the model's own distribution: natural logarithm of the softmax of the
   * logits as they are, before any step of sampling.
   *
   * @param logits [vocabulary] from {@code offset}; finite, only read
   * @param tokenId the token that was chosen or is scored
   * @param topCount how many of the likeliest to list; 0 for none, capped at the vocabulary
   */
  public TokenLogprobs logprobs(float[] logits, int offset, int tokenId, int topCount) {
    candidates.load(logits, offset, vocabularySize);
    candidates.findMax();
    candidates.weigh(1);
    double logTotal = candidates.max() + Math.log(candidates.sumWeights());
    int[] topIds = topCount == 0 ? new int[0] : top(topCount);
    float[] topLogprobs = new float[topIds.length];
    for (int i = 0; i < topIds.length; i++) {
      topLogprobs[i] = (float) (logits[offset + topIds[i]] - logTotal);
    }
    return new TokenLogprobs((float) (logits[offset + tokenId] - logTotal), topIds, topLogprobs);
  }

  private int[] top(int count) {
    candidates.keepCount(count);
    return candidates.ranking();
  }
}
