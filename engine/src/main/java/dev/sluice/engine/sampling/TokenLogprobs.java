package dev.sluice.engine.sampling;

/**
 * The log-probability of one token and of the likeliest ones at its place.
 *
 * <p>Natural logarithms of the model's own distribution, before temperature, penalties and
 * truncation, as vLLM and OpenAI report them.
 *
 * @param logprob of the token that was chosen or scored
 * @param topIds the likeliest ids, best first, ties by lower id
 * @param topLogprobs their log-probabilities
 */
public record TokenLogprobs(float logprob, int[] topIds, float[] topLogprobs) {}
