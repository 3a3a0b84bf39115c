package dev.sluice.engine;

/**
 * The engine's state as of its last step, published by its thread and read by any.
 *
 * @param running sequences that hold KV and have demand
 * @param stalled sequences that hold KV and have no demand
 * @param waiting sequences without KV
 * @param freeBlocks KV blocks that hold nothing
 * @param cachedBlocks KV blocks that nobody uses but that hold a known prefix
 * @param usedBlocks KV blocks that live sequences hold
 * @param preemptions since start
 * @param prefixQueryTokens prompt tokens looked up in the prefix cache since start
 * @param prefixHitTokens of them found
 * @param computedTokens tokens sent through the model since start
 * @param generatedTokens tokens sampled since start
 * @param steps since start
 * @param lastStepNanos when the loop was last alive, on {@link System#nanoTime}'s scale
 */
public record EngineSnapshot(
    int running,
    int stalled,
    int waiting,
    int freeBlocks,
    int cachedBlocks,
    int usedBlocks,
    long preemptions,
    long prefixQueryTokens,
    long prefixHitTokens,
    long computedTokens,
    long generatedTokens,
    long steps,
    long lastStepNanos) {}
