package dev.sluice.app.socket;

import dev.sluice.app.api.ApiException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ServerWebExchange;

/** What a request must say to become a WebSocket. */
public final class Upgrade {
  private static final String VERSION = "Sec-WebSocket-Version";

  /** RFC 6455's; Netty would take the drafts before it as well. */
  private static final String ONLY_VERSION = "13";

  private Upgrade() {}

  /**
   * Refuses a request that asks for something else.
   *
   * @throws ApiException 426, or 400 for a handshake without a key
   */
  public static void check(ServerWebExchange exchange) {
    HttpHeaders headers = exchange.getRequest().getHeaders();
    boolean upgrade =
        "websocket".equalsIgnoreCase(headers.getUpgrade())
            && headers.getConnection().stream().anyMatch("upgrade"::equalsIgnoreCase);
    if (!upgrade || !ONLY_VERSION.equals(headers.getFirst(VERSION))) {
      exchange.getResponse().getHeaders().set(HttpHeaders.UPGRADE, "websocket");
      exchange.getResponse().getHeaders().set(VERSION, ONLY_VERSION);
      throw ApiException.of(
          HttpStatus.UPGRADE_REQUIRED,
          null,
          "this path is a WebSocket of version " + ONLY_VERSION + "; see Upgrade");
    }
    if (headers.getFirst("Sec-WebSocket-Key") == null) {
      throw ApiException.of(HttpStatus.BAD_REQUEST, null, "Sec-WebSocket-Key is missing");
    }
  }
}
