package dev.sluice.app.bench.burst;

import dev.sluice.app.bench.LatencySummary;

/**
 * What readers got while requests arrived.
 *
 * @param policy what of them the engine took into account
 * @param load as multiple of the capacity
 * @param requests that arrived
 * @param effectiveTokensPerSecond read by their readers; what was generated ahead of them is not
 * @param generatedTokensPerSecond generated, read or not
 * @param timeToFirstToken of all that arrived; those still waiting count with what they waited
 * @param dryShare of the time that readers were reading, how much they waited for tokens
 * @param preemptions times that KV blocks were taken
 * @param offloadedBlocks copied to the host tier
 */
public record BurstResult(
    String policy,
    double load,
    int requests,
    double effectiveTokensPerSecond,
    double generatedTokensPerSecond,
    LatencySummary timeToFirstToken,
    double dryShare,
    long preemptions,
    long offloadedBlocks) {}
