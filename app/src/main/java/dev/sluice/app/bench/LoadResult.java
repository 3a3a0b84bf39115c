package dev.sluice.app.bench;

import java.util.Map;

/**
 * What a load run measured.
 *
 * @param load how it arrived, as {@code concurrency 4} or {@code 2.0 requests/s}
 * @param requests sent
 * @param completed answered to the end
 * @param errors the others by kind
 * @param seconds from the first intended start to the last end
 * @param promptTokens of completed requests, by the server's count; 0 if it does not count
 * @param outputTokens of all requests, by the server's count where it counts, else by events
 * @param outputTokensPerSecond over all of the time
 * @param requestsPerSecond completed, over all of the time
 * @param goodRequestsPerSecond completed within the goals, over all of the time
 * @param timeToFirstToken from the intended start to the first text
 * @param interTokenLatency between two events with text
 * @param endToEnd from the intended start to the end
 * @param startDelay from the intended start to the real one: the generator's own lag
 */
public record LoadResult(
    String load,
    int requests,
    int completed,
    Map<String, Integer> errors,
    double seconds,
    long promptTokens,
    long outputTokens,
    double outputTokensPerSecond,
    double requestsPerSecond,
    double goodRequestsPerSecond,
    LatencySummary timeToFirstToken,
    LatencySummary interTokenLatency,
    LatencySummary endToEnd,
    LatencySummary startDelay) {}
