package dev.sluice.app.bench;

import java.time.Duration;

/**
 * The requests of a load run.
 *
 * @param path {@code completions} or {@code chat/completions}
 * @param model the server's name of the model
 * @param requests how many
 * @param inputTokens words in a prompt, each about a token
 * @param outputTokens tokens to generate, past the model's own end
 * @param seed of prompts and arrival times
 * @param timeToFirstTokenGoal a slower request is not part of the goodput; zero is no goal
 * @param interTokenGoal likewise for the request's mean time between tokens; zero is no goal
 */
public record LoadSpec(
    String path,
    String model,
    int requests,
    int inputTokens,
    int outputTokens,
    long seed,
    Duration timeToFirstTokenGoal,
    Duration interTokenGoal) {}
