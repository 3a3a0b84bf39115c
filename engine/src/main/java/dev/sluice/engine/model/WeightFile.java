package dev.sluice.engine.model;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A model file's bytes, read at any place by any thread; checked against its header when opened.
 */
public interface WeightFile extends AutoCloseable {

  /**
   * Fills {@code destination} from {@code position} on.
   *
   * @throws IOException if the file can't be read or has become shorter than its header says
   */
  void read(long position, MemorySegment destination) throws IOException;

  /** Size of the file in bytes. */
  long byteSize();

  @Override
  void close() throws IOException;
}
