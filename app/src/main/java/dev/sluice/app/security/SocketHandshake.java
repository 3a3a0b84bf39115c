package dev.sluice.app.security;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What a WebSocket handshake says of its client. A browser's script can't set headers on one, so a
 * key may come as a subprotocol: {@code sluice.key.} and the key in base64url, which is a token as
 * HTTP has them whatever the key holds.
 */
final class SocketHandshake {
  private static final String KEY_PROTOCOL = "sluice.key.";
  private static final String PROTOCOLS = "Sec-WebSocket-Protocol";

  private SocketHandshake() {}

  /** Whether a request is one. */
  static boolean is(HttpHeaders headers) {
    return "websocket".equalsIgnoreCase(headers.getUpgrade());
  }

  /** The key among the subprotocols that the client offers; null if there is none. */
  static @Nullable String key(HttpHeaders headers) {
    List<String> keys =
        headers.getOrEmpty(PROTOCOLS).stream()
            .flatMap(line -> Stream.of(line.split(",")))
            .map(String::strip)
            .filter(protocol -> protocol.startsWith(KEY_PROTOCOL))
            .toList();
    return keys.size() == 1 ? decode(keys.getFirst().substring(KEY_PROTOCOL.length())) : null;
  }

  private static @Nullable String decode(String key) {
    try {
      return new String(Base64.getUrlDecoder().decode(key), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }
}
