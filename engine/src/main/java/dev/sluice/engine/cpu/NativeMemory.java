package dev.sluice.engine.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Large native blocks for weights and for keys and values, zeroed and aligned to cache lines.
 *
 * <p>On Linux they are mapped rather than allocated: the kernel hands out zero pages as they are
 * first touched, where an arena would write zeros to gigabytes of KV memory at start, and huge
 * pages, where it grants them, spare the translation misses of streaming weights.
 */
final class NativeMemory {
  private static final int PROT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 2 | 32;
  private static final int MADV_HUGEPAGE = 14;
  private static final long MAP_FAILED = -1;

  private static final @Nullable Mapper MAPPER = Mapper.find();

  private NativeMemory() {}

  /** Zeroed memory that lives as long as the arena. */
  static MemorySegment allocate(Arena arena, long bytes) {
    MemorySegment mapped = MAPPER == null ? null : MAPPER.map(arena, bytes);
    return mapped == null ? arena.allocate(bytes, 64) : mapped;
  }

  /** The C library's {@code mmap}, {@code madvise} and {@code munmap}. */
  private record Mapper(MethodHandle mmap, MethodHandle madvise, MethodHandle munmap) {

    static @Nullable Mapper find() {
      if (!System.getProperty("os.name").equals("Linux")
          || !NativeMemory.class.getModule().isNativeAccessEnabled()) {
        return null;
      }
      return new Mapper(
          function(
              "mmap",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG)),
          function(
              "madvise",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT)),
          function(
              "munmap",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG)));
    }

    @SuppressWarnings("restricted") // checked by find()
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
      Linker linker = Linker.nativeLinker();
      SymbolLookup lookup = linker.defaultLookup();
      return linker.downcallHandle(lookup.findOrThrow(name), descriptor);
    }

    /** Mapped memory, unmapped with the arena; null if the kernel refuses. */
    @SuppressWarnings("restricted") // checked by find()
    @Nullable MemorySegment map(Arena arena, long bytes) {
      try {
        long address =
            (long) mmap.invokeExact(0L, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        if (address == MAP_FAILED) {
          return null;
        }
        // A hint: where it is refused, small pages do.
        int ignored = (int) madvise.invokeExact(address, bytes, MADV_HUGEPAGE);
        return MemorySegment.ofAddress(address).reinterpret(bytes, arena, this::unmap);
      } catch (Throwable e) { // what invokeExact declares; these functions throw nothing
        throw new IllegalStateException("mapping " + bytes + " bytes failed", e);
      }
    }

    private void unmap(MemorySegment segment) {
      try {
        int ignored = (int) munmap.invokeExact(segment.address(), segment.byteSize());
      } catch (Throwable e) { // as above
        throw new IllegalStateException("unmapping failed", e);
      }
    }
  }
}
