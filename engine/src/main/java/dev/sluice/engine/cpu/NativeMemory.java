package dev.sluice.engine.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.sluice.engine.backend.BackendException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * Large native blocks for weights and for keys and values, aligned to cache lines.
 *
 * <p>They come from C's {@code calloc}, which gets large blocks from the system as pages of zeros
 * that take no memory until they are written: a KV cache costs what it holds, and no time at start.
 * An arena's own allocation would write zeros over gigabytes first. On Linux huge pages are asked
 * for, since the weights are read from end to end in every step.
 */
@SuppressWarnings("restricted") // native calls are what it is for; the launcher enables them
final class NativeMemory {
  private static final long ALIGNMENT = 64;
  private static final long HUGE_PAGE_BYTES = 2 << 20;

  /** {@code MADV_HUGEPAGE} of Linux's {@code madvise(2)}. */
  private static final int ADVICE_HUGE_PAGES = 14;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle CALLOC =
      function("calloc", FunctionDescriptor.of(ADDRESS, JAVA_LONG, JAVA_LONG)).orElseThrow();
  private static final MethodHandle FREE =
      function("free", FunctionDescriptor.ofVoid(ADDRESS)).orElseThrow();
  private static final Optional<MethodHandle> MADVISE =
      System.getProperty("os.name").equals("Linux")
          ? function("madvise", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT))
          : Optional.empty();

  private NativeMemory() {}

  /**
   * Zeroed memory that lives as long as the arena.
   *
   * @throws BackendException if the system has no memory left
   */
  static MemorySegment allocate(Arena arena, long bytes) {
    try {
      MemorySegment memory = (MemorySegment) CALLOC.invokeExact(1L, bytes + ALIGNMENT);
      if (memory.address() == 0) {
        throw new BackendException(
            bytes + " bytes of memory can't be had; lower sluice.num-gpu-blocks-override");
      }
      long padding = -memory.address() & (ALIGNMENT - 1);
      MemorySegment aligned =
          memory.reinterpret(bytes + ALIGNMENT, arena, NativeMemory::free).asSlice(padding, bytes);
      adviseHugePages(aligned);
      return aligned;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new BackendException("calloc can't be called", e);
    }
  }

  /** Advice is all it is: where it is not taken, ordinary pages serve as well. */
  private static void adviseHugePages(MemorySegment memory) throws Throwable {
    long first = -memory.address() & (HUGE_PAGE_BYTES - 1);
    long whole = (memory.byteSize() - first) & -HUGE_PAGE_BYTES;
    if (MADVISE.isPresent() && whole > 0) {
      int ignored =
          (int) MADVISE.get().invokeExact(memory.asSlice(first), whole, ADVICE_HUGE_PAGES);
    }
  }

  private static void free(MemorySegment memory) {
    try {
      FREE.invokeExact(memory);
    } catch (Throwable e) {
      throw new BackendException("free can't be called", e);
    }
  }

  private static Optional<MethodHandle> function(String name, FunctionDescriptor descriptor) {
    SymbolLookup lookup = LINKER.defaultLookup();
    return lookup.find(name).map(address -> LINKER.downcallHandle(address, descriptor));
  }
}
