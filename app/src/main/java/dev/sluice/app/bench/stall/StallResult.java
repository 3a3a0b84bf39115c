package dev.sluice.app.bench.stall;

import dev.sluice.app.bench.LatencySummary;

/**
 * What one run measured.
 *
 * @param wire how the readers read
 * @param scene what half of the readers did
 * @param active readers that read as fast as they could
 * @param stopped readers that stopped
 * @param activeTokensPerSecond what the active ones got, together
 * @param interTokenLatency between two tokens of an active one
 * @param stoppedTokens tokens that were read by those that stopped
 * @param wastedPerStopped tokens computed for one that stopped and not read; -1 if not known
 * @param kvUsage share of the KV cache in use at the end; -1 if not known
 * @param errors streams that failed
 */
public record StallResult(
    String wire,
    String scene,
    int active,
    int stopped,
    double activeTokensPerSecond,
    LatencySummary interTokenLatency,
    long stoppedTokens,
    double wastedPerStopped,
    double kvUsage,
    int errors) {}
