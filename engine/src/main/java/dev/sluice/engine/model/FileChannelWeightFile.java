package dev.sluice.engine.model;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A weight file that is read, never mapped: a file truncated under a mapping kills the JVM, a read
 * fails with an exception. Interrupting a thread that reads closes the file for all of them.
 */
final class FileChannelWeightFile implements WeightFile {
  /** For a segment on the heap the channel keeps a buffer of a read's size per thread. */
  private static final long MAX_READ_BYTES = 8 << 20;

  private final FileChannel channel;
  private final long byteSize;

  FileChannelWeightFile(FileChannel channel) throws IOException {
    this.channel = channel;
    this.byteSize = channel.size();
  }

  @Override
  public void read(long position, MemorySegment destination) throws IOException {
    long done = 0;
    while (done < destination.byteSize()) {
      long part = Math.min(MAX_READ_BYTES, destination.byteSize() - done);
      readPart(Math.addExact(position, done), destination.asSlice(done, part).asByteBuffer());
      done += part;
    }
  }

  private void readPart(long position, ByteBuffer destination) throws IOException {
    while (destination.hasRemaining()) {
      long at = position + destination.position();
      if (channel.read(destination, at) < 0) {
        throw new EOFException(
            "the model file ended at byte "
                + at
                + " while it was read; it had "
                + byteSize
                + " bytes when it was opened");
      }
    }
  }

  @Override
  public long byteSize() {
    return byteSize;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
