package dev.sluice.engine;

/**
 * The engine's state as of its last step, published by its thread and read by any.
 *
 * @param running sequences in the batch
 * @param yielded sequences whose readers are behind them, and that stand back for others
 * @param stalled sequences that hold KV and whose readers have no demand
 * @param paused the same, for so long that they are the first to lose it
 * @param preempted sequences whose KV was taken
 * @param waiting sequences that have not started
 * @param freeBlocks KV blocks that hold nothing
 * @param cachedBlocks KV blocks that nobody uses but that hold a known prefix
 * @param usedBlocks KV blocks that live sequences hold
 * @param tierBlocks blocks of the host tier that are in use
 * @param preemptions since start
 * @param evictions copies in the host tier that were given up, since start
 * @param offloadedBlocks blocks copied to the host tier since start
 * @param restoredBlocks blocks copied back since start
 * @param prefixQueryTokens prompt tokens looked up in the prefix cache since start
 * @param prefixHitTokens of them found
 * @param computedTokens tokens sent through the model since start
 * @param generatedTokens tokens sampled since start
 * @param steps since start
 * @param lastStepNanos when the loop was last alive, on {@link System#nanoTime}'s scale
 */
public record EngineSnapshot(
    int running,
    int yielded,
    int stalled,
    int paused,
    int preempted,
    int waiting,
    int freeBlocks,
    int cachedBlocks,
    int usedBlocks,
    int tierBlocks,
    long preemptions,
    long evictions,
    long offloadedBlocks,
    long restoredBlocks,
    long prefixQueryTokens,
    long prefixHitTokens,
    long computedTokens,
    long generatedTokens,
    long steps,
    long lastStepNanos) {}
