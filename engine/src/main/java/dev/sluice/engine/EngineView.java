package dev.sluice.engine;

import java.util.List;

/**
 * All of the engine at one moment, for those who look at it.
 *
 * @param snapshot its counts
 * @param blockCount KV blocks in all
 * @param cachedBlocks those that nobody holds but that hold a known prefix
 * @param tierBlockCount blocks of the host tier in all
 * @param sequences those that have a reader, in order of arrival
 */
public record EngineView(
    EngineSnapshot snapshot,
    int blockCount,
    int[] cachedBlocks,
    int tierBlockCount,
    List<SequenceInfo> sequences) {}
