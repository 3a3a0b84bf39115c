package dev.sluice.engine.cpu.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One thread's working memory for kernels, so that none allocates. */
public final class Scratch {
  /** Columns of a panel of dequantised weights. */
  static final int PANEL_COLUMNS = 1024;

  /** Most rows of a panel: two vectors of the widest species. */
  static final int PANEL_ROWS = 32;

  final MemorySegment panel; // [PANEL_COLUMNS, panel rows], float32
  final float[] sums; // [16]
  final float[] totals; // [3], one per head that shares loads
  final float[] scores; // [heads per kv head, positions in whole blocks]
  final int scoreStride;

  /**
   * Scratch memory in the given arena.
   *
   * @param groupSize query heads per key-value head
   * @param maxPositions longest context in tokens
   * @param blockSize tokens per KV block
   */
  public Scratch(Arena arena, int groupSize, int maxPositions, int blockSize) {
    panel = arena.allocate(4L * PANEL_COLUMNS * PANEL_ROWS, 64);
    sums = new float[16];
    totals = new float[3];
    int blocks = (maxPositions + blockSize - 1) / blockSize;
    scoreStride = Math.multiplyExact(blocks, KvLayer.lanes(blockSize));
    scores = new float[Math.multiplyExact(groupSize, scoreStride)];
  }
}
