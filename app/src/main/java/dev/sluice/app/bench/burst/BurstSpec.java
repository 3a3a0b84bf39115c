package dev.sluice.app.bench.burst;

/**
 * A load of bursts on top of Poisson arrivals, in multiples of what the engine can generate.
 *
 * @param load arrivals, as tokens to generate per second over the engine's capacity
 * @param burstShare of the arrivals that come in bursts rather than evenly
 * @param burstPeriodSeconds from one burst to the next
 * @param seconds for which requests arrive; what is measured ends with it
 * @param meanInputTokens of prompts, whose lengths are exponential
 * @param meanOutputTokens of answers, likewise
 * @param slowestReader tokens per second
 * @param fastestReader tokens per second; speeds are uniform between the two
 * @param window tokens that a reader grants ahead; it grants anew what it has read
 * @param seed of all of it
 */
public record BurstSpec(
    double load,
    double burstShare,
    double burstPeriodSeconds,
    double seconds,
    int meanInputTokens,
    int meanOutputTokens,
    double slowestReader,
    double fastestReader,
    int window,
    long seed) {}
