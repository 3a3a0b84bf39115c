package dev.sluice.app.lifecycle;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import java.time.Duration;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.stereotype.Component;
import reactor.netty.http.server.HttpServer;

/**
 * Makes a reader's stall felt soon and a vanished or trickling client short-lived.
 *
 * <p>The kernel would take megabytes off a stream that nobody reads; the unsent-bytes limit keeps
 * demand close to what was read.
 */
@Component
final class NettyTuning implements NettyServerCustomizer {
  private static final int UNSENT_BYTES = 16 << 10;

  /** The kernel's own stall timeout, zero windows included; above any that the server applies. */
  private static final int USER_TIMEOUT_MILLIS = 150_000;

  private static final Duration BODY_STALL = Duration.ofSeconds(30);
  private static final Duration BODY_TOTAL = Duration.ofMinutes(2);
  private static final Duration IDLE = Duration.ofSeconds(75);
  private static final int MAX_URI_BYTES = 8 << 10;
  private static final int MAX_HEADER_BYTES = 16 << 10;

  private final Connections connections;

  NettyTuning(Connections connections) {
    this.connections = connections;
  }

  @Override
  public HttpServer apply(HttpServer server) {
    HttpServer limited =
        server
            .httpRequestDecoder(
                spec -> spec.maxInitialLineLength(MAX_URI_BYTES).maxHeaderSize(MAX_HEADER_BYTES))
            .readTimeout(BODY_STALL)
            .requestTimeout(BODY_TOTAL)
            .idleTimeout(IDLE)
            .doOnChannelInit((observer, channel, remote) -> {
              connections.add(channel);
              HeaderDeadline.install(channel);
            });
    return Epoll.isAvailable() ? withEpollOptions(limited) : limited;
  }

  private static HttpServer withEpollOptions(HttpServer server) {
    return server
        .childOption(EpollChannelOption.TCP_NOTSENT_LOWAT, (long) UNSENT_BYTES)
        .childOption(EpollChannelOption.TCP_USER_TIMEOUT, USER_TIMEOUT_MILLIS);
  }
}
