package dev.sluice.engine.cpu;

import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.BlockCopies;
import dev.sluice.engine.cpu.simd.KvLayer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Where preempted sequences' KV blocks are kept outside of the KV pool: in memory of their own, or
 * in a file, which is read and written rather than mapped, since a full disk under a mapping would
 * end the process.
 *
 * <pre>
 * tier [block, layer, keys and values of a KvLayer's block]
 * </pre>
 */
final class HostTierMemory implements AutoCloseable {
  private final KvLayer[] layers;
  private final long keyBytes; // of one block in one layer
  private final long valueBytes;
  private final @Nullable MemorySegment memory;
  private final @Nullable FileChannel file;

  private HostTierMemory(
      KvLayer[] layers, @Nullable MemorySegment memory, @Nullable FileChannel file) {
    this.layers = layers;
    this.memory = memory;
    this.file = file;
    keyBytes = layers[0].keyOffset(1, 0);
    valueBytes = layers[0].valueOffset(1, 0);
  }

  /** A tier of so many blocks in memory, which is taken from the system as it is first used. */
  static HostTierMemory inMemory(KvLayer[] layers, int blocks, Arena arena) {
    long bytes = Math.multiplyExact(blockBytes(layers), Math.max(1, blocks));
    return new HostTierMemory(layers, NativeMemory.allocate(arena, bytes), null);
  }

  /**
   * A tier in a file without a name, which is gone when the process ends.
   *
   * @throws UncheckedIOException if the folder can't hold it
   */
  static HostTierMemory inFile(KvLayer[] layers, Path folder) {
    try {
      Path path = Files.createTempFile(folder, "sluice-kv", ".tier");
      return new HostTierMemory(
          layers,
          null,
          FileChannel.open(
              path,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a file for the host tier in " + folder, e);
    }
  }

  /** Bytes of one block over all layers. */
  static long blockBytes(KvLayer[] layers) {
    return layers.length * (layers[0].keyOffset(1, 0) + layers[0].valueOffset(1, 0));
  }

  /**
   * Makes the copies in their order.
   *
   * @throws BackendException if the file can't be read or written
   */
  void copy(BlockCopies copies) {
    for (int i = 0; i < copies.count(); i++) {
      long at = copies.tierBlock(i) * blockBytes(layers);
      for (KvLayer layer : layers) {
        copy(layer.keys(), layer.keyOffset(copies.block(i), 0), at, keyBytes, copies.isOut(i));
        at += keyBytes;
        copy(
            layer.values(), layer.valueOffset(copies.block(i), 0), at, valueBytes, copies.isOut(i));
        at += valueBytes;
      }
    }
  }

  private void copy(MemorySegment kv, long offset, long at, long bytes, boolean out) {
    if (memory != null) {
      if (out) {
        MemorySegment.copy(kv, offset, memory, at, bytes);
      } else {
        MemorySegment.copy(memory, at, kv, offset, bytes);
      }
      return;
    }
    ByteBuffer buffer = kv.asSlice(offset, bytes).asByteBuffer();
    try {
      while (buffer.hasRemaining()) {
        long position = at + buffer.position();
        int moved = out ? channel().write(buffer, position) : channel().read(buffer, position);
        if (moved < 0) {
          throw new BackendException("the host tier's file ends before " + (at + bytes));
        }
      }
    } catch (IOException e) {
      throw new BackendException("the host tier's file can't be used: " + e.getMessage(), e);
    }
  }

  private FileChannel channel() {
    if (file == null) {
      throw new IllegalStateException("a tier is in memory or in a file");
    }
    return file;
  }

  @Override
  public void close() {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
