package dev.sluice.engine.model;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A weight file that is read, never mapped: a file truncated under a mapping kills the JVM, a read
 * fails with an exception.
 */
final class FileChannelWeightFile implements WeightFile {
  private static final long MAX_READ_BYTES = 1 << 30;

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
      ByteBuffer buffer = destination.asSlice(done, part).asByteBuffer();
      while (buffer.hasRemaining()) {
        int read = channel.read(buffer, position + done);
        if (read < 0) {
          throw new EOFException(
              "the model file ended at byte "
                  + (position + done)
                  + " while it was read; it had "
                  + byteSize
                  + " bytes when it was opened");
        }
        done += read;
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
