package dev.sluice.app.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a byte stream into the {@code data} of server-sent events (WHATWG HTML, 9.2.6), however the
 * bytes arrive. Not thread-safe: one per response.
 */
final class SseDecoder {
  private static final String DATA = "data";

  private final int maxEventBytes;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private boolean hasData;
  private boolean afterReturn;

  /**
   * Makes a decoder.
   *
   * @param maxEventBytes a longer line or event is refused
   */
  SseDecoder(int maxEventBytes) {
    this.maxEventBytes = maxEventBytes;
  }

  /**
   * The events that these bytes complete.
   *
   * @throws ApiException if an event is too long
   */
  List<String> decode(ByteBuffer bytes) {
    List<String> events = new ArrayList<>();
    while (bytes.hasRemaining()) {
      accept(bytes.get(), events);
    }
    return events;
  }

  private void accept(byte b, List<String> events) {
    boolean lineFeedOfPair = b == '\n' && afterReturn;
    afterReturn = b == '\r';
    if (lineFeedOfPair) {
      return;
    }
    if (b == '\n' || b == '\r') {
      endLine(line.toString(StandardCharsets.UTF_8), events);
      line.reset();
    } else {
      requireRoom(line.size());
      line.write(b);
    }
  }

  private void endLine(String text, List<String> events) {
    if (text.isEmpty()) {
      dispatch(events);
      return;
    }
    int colon = text.indexOf(':');
    String field = colon < 0 ? text : text.substring(0, colon);
    if (field.equals(DATA)) {
      append(colon < 0 ? "" : text.substring(colon + 1));
    }
  }

  private void append(String value) {
    requireRoom(data.length() + value.length());
    if (hasData) {
      data.append('\n');
    }
    hasData = true;
    data.append(value, value.startsWith(" ") ? 1 : 0, value.length());
  }

  private void dispatch(List<String> events) {
    if (hasData) {
      events.add(data.toString());
    }
    hasData = false;
    data.setLength(0);
  }

  private void requireRoom(int usedBytes) {
    if (usedBytes >= maxEventBytes) {
      throw new ApiException(
          ApiException.BAD_STREAM, "the server sent an event of more than " + maxEventBytes + " B");
    }
  }
}
