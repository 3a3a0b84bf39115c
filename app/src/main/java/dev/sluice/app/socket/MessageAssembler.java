package dev.sluice.app.socket;

import dev.sluice.app.api.ClientFrame.Violation;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.socket.CloseStatus;

/**
 * Puts a client's text messages together from their fragments. Netty's own does so too, but counts
 * bytes only, and an endless message of small fragments costs more than its bytes. For the
 * connection's event loop only.
 */
final class MessageAssembler {
  /**
   * The longest message. Less than a POST's body, since a connection may hold one without having
   * asked for anything yet; some 200,000 tokens of text all the same.
   */
  static final int MAX_BYTES = 1 << 20;

  /** Whoever fragments at all sends pieces of at least 1 KiB. */
  static final int MAX_FRAGMENTS = 1024;

  private @Nullable ByteArrayOutputStream message;
  private int fragments;

  /** Takes a data frame in; the message if it was its last, else null. */
  byte @Nullable [] add(WebSocketFrame frame) {
    if (frame instanceof BinaryWebSocketFrame) {
      throw new Violation(CloseStatus.NOT_ACCEPTABLE, "frames must be JSON text, not binary");
    }
    ByteBuf content = frame.content();
    if (message == null && frame.isFinalFragment()) {
      return ByteBufUtil.getBytes(content);
    }
    if (message == null) {
      message = new ByteArrayOutputStream(content.readableBytes());
    }
    fragments++;
    if (fragments > MAX_FRAGMENTS || message.size() + content.readableBytes() > MAX_BYTES) {
      throw new Violation(
          CloseStatus.TOO_BIG_TO_PROCESS,
          "a message may have " + MAX_BYTES + " bytes in " + MAX_FRAGMENTS + " fragments");
    }
    message.writeBytes(ByteBufUtil.getBytes(content));
    if (!frame.isFinalFragment()) {
      return null;
    }
    byte[] whole = message.toByteArray();
    message = null;
    fragments = 0;
    return whole;
  }
}
