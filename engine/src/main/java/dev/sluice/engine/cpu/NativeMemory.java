package dev.sluice.engine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Large native blocks for weights and keys and values, aligned to cache lines. */
final class NativeMemory {
  private NativeMemory() {}

  /** Zeroed memory that lives as long as the arena. */
  static MemorySegment allocate(Arena arena, long bytes) {
    return arena.allocate(bytes, 64);
  }
}
