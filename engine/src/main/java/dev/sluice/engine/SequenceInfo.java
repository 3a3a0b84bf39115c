package dev.sluice.engine;

import dev.sluice.engine.scheduler.SequenceState;
import dev.sluice.engine.scheduler.StallPolicy;

/**
 * One live sequence as of the moment that the engine was asked.
 *
 * @param id the request's, with {@code -1}, {@code -2} … for its further choices
 * @param tenant on whose behalf it runs
 * @param state where it is in its life
 * @param priority lower is earlier
 * @param onStall what becomes of it when its reader stops
 * @param held by an operator
 * @param promptTokens length of its prompt
 * @param computedTokens of prompt and output that have KV
 * @param generatedTokens so far
 * @param maxTokens as asked for
 * @param demand tokens that its reader wants now, the lookahead included; capped
 * @param lead tokens generated and not read; 0 if the reader does not tell
 * @param readingRate tokens per second that its reader reads; 0 if it does not tell
 * @param blocks KV blocks that it holds
 * @param tierBlocks blocks of the host tier that it holds
 * @param stalls times that its reader stopped
 * @param preemptions times that its blocks were taken
 * @param idleMillis for how long its reader has not read; 0 if it does
 * @param ageMillis since it was submitted
 */
public record SequenceInfo(
    String id,
    String tenant,
    SequenceState state,
    int priority,
    StallPolicy onStall,
    boolean held,
    int promptTokens,
    int computedTokens,
    int generatedTokens,
    int maxTokens,
    int demand,
    long lead,
    double readingRate,
    int[] blocks,
    int tierBlocks,
    int stalls,
    int preemptions,
    long idleMillis,
    long ageMillis) {}
