package dev.sluice.engine.model.gguf;

import dev.sluice.engine.model.ModelFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;

/**
 * Reads little-endian values from the head of a file, front to back.
 *
 * <p>A length in the file is a claim: it is compared with what is left of the file, and what it
 * would take on the heap with a budget, before anything is allocated.
 */
final class HeaderReader {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final long MAX_HEAP_BYTES = 256L << 20;

  private final FileChannel channel;
  private final long fileBytes;
  private final ByteBuffer buffer =
      ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
  private long bufferEnd;
  private long heapBytes;

  HeaderReader(FileChannel channel, long fileBytes) {
    this.channel = channel;
    this.fileBytes = fileBytes;
  }

  /** Offset of the next byte in the file. */
  long position() {
    return bufferEnd - buffer.remaining();
  }

  private long remaining() {
    return fileBytes - position();
  }

  int uint8(String field) throws IOException {
    return need(1, field).get() & 0xFF;
  }

  int int16(String field) throws IOException {
    return need(2, field).getShort();
  }

  int int32(String field) throws IOException {
    return need(4, field).getInt();
  }

  long uint32(String field) throws IOException {
    return int32(field) & 0xFFFF_FFFFL;
  }

  long int64(String field) throws IOException {
    return need(8, field).getLong();
  }

  /**
   * A 64-bit count that must not exceed {@code limit}; as unsigned, so that 2^63 is not negative.
   */
  int count(String field, long limit) throws IOException {
    long count = int64(field);
    if (Long.compareUnsigned(count, limit) > 0) {
      throw new ModelFormatException(
          field + " is " + Long.toUnsignedString(count) + ", the limit is " + limit);
    }
    return (int) count;
  }

  /** Checks that {@code count} values of {@code bytes} bytes can be there at all. */
  void claim(String field, long count, int bytes) {
    if (count > remaining() / bytes) {
      throw new ModelFormatException(
          field + " claims " + count + " values, but the file ends " + remaining() + " bytes on");
    }
  }

  /** Counts what is about to be kept on the heap. */
  void reserveHeap(String field, long bytes) {
    heapBytes += bytes;
    if (heapBytes > MAX_HEAP_BYTES) {
      throw new ModelFormatException(
          "metadata takes more than " + (MAX_HEAP_BYTES >> 20) + " MiB with " + field);
    }
  }

  String string(String field, int limitBytes) throws IOException {
    int length = count("length of " + field, limitBytes);
    claim(field, length, 1);
    reserveHeap(field, 48L + 2L * length);
    byte[] bytes = new byte[length];
    read(bytes, field);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void read(byte[] bytes, String field) throws IOException {
    int done = 0;
    while (done < bytes.length) {
      int part = Math.min(bytes.length - done, BUFFER_BYTES);
      need(part, field).get(bytes, done, part);
      done += part;
    }
  }

  private ByteBuffer need(int bytes, String field) throws IOException {
    if (buffer.remaining() < bytes) {
      fill(bytes, field);
    }
    return buffer;
  }

  private void fill(int bytes, String field) throws IOException {
    buffer.compact();
    while (buffer.position() < bytes) {
      int read = channel.read(buffer, bufferEnd);
      if (read < 0) {
        throw new ModelFormatException("the file ends inside " + field + ", at byte " + bufferEnd);
      }
      bufferEnd += read;
    }
    buffer.flip();
  }
}
