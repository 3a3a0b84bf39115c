package dev.sluice.engine.sampling;

import java.util.OptionalInt;

/**
 * How tokens are chosen from logits, and what ends a sequence; checked at the edge.
 *
 * @param temperature 0 is greedy; at most 2
 * @param topK keep the k likeliest; 0 is off
 * @param topP keep the smallest set with this mass; in (0, 1]
 * @param minP drop what is less likely than this share of the likeliest; in [0, 1]
 * @param repetitionPenalty above 0; 1 is off; counts prompt and output tokens
 * @param presencePenalty in [-2, 2]; counts output tokens
 * @param frequencyPenalty in [-2, 2]; counts output tokens
 * @param logitBiasIds token ids whose logits are shifted, without repeats
 * @param logitBiasValues their shifts, in [-100, 100]
 * @param seed keys the counter-based generator
 * @param choice which of a request's {@code n} choices this is; part of the generator's key
 * @param maxTokens most tokens to generate; at least 1
 * @param minTokens no stop before this many
 * @param stopTokenIds ids that end the sequence, besides the model's own end tokens
 * @param ignoreEos generate on past the model's end tokens
 * @param logprobs how many likeliest tokens to report; empty means no log-probabilities at all
 */
public record SamplingParams(
    float temperature,
    int topK,
    float topP,
    float minP,
    float repetitionPenalty,
    float presencePenalty,
    float frequencyPenalty,
    int[] logitBiasIds,
    float[] logitBiasValues,
    long seed,
    int choice,
    int maxTokens,
    int minTokens,
    int[] stopTokenIds,
    boolean ignoreEos,
    OptionalInt logprobs) {

  /** Greedy decoding of at most {@code maxTokens} tokens, everything else off. */
  public static SamplingParams greedy(int maxTokens) {
    return new SamplingParams(
        0f,
        0,
        1f,
        0f,
        1f,
        0f,
        0f,
        new int[0],
        new float[0],
        0L,
        0,
        maxTokens,
        0,
        new int[0],
        false,
        OptionalInt.empty());
  }

  /** The same for another of the request's choices. */
  public SamplingParams withChoice(int otherChoice) {
    return new SamplingParams(
        temperature,
        topK,
        topP,
        minP,
        repetitionPenalty,
        presencePenalty,
        frequencyPenalty,
        logitBiasIds,
        logitBiasValues,
        seed,
        otherChoice,
        maxTokens,
        minTokens,
        stopTokenIds,
        ignoreEos,
        logprobs);
  }
}
