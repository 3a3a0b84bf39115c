package dev.sluice.app.security;

import dev.sluice.app.SluiceProperties;
import dev.sluice.app.api.ApiException;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Keeps web pages out of a server that is open because it listens on loopback only: a page whose
 * name was rebound to 127.0.0.1 still sends its own name as Host, and its own Origin.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE + 10)
final class HostCheck implements WebFilter {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  private final boolean open;
  private final Set<String> allowed;

  HostCheck(SluiceProperties properties) {
    open = properties.hasKeys() || properties.insecure();
    allowed = new HashSet<>(LOOPBACK);
    properties.allowedHosts().forEach(host -> allowed.add(host.toLowerCase(Locale.ROOT)));
  }

  @Override
  public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
    HttpHeaders headers = exchange.getRequest().getHeaders();
    List<String> hosts = headers.getOrEmpty(HttpHeaders.HOST);
    if (hosts.size() != 1) {
      return Mono.error(
          ApiException.of(
              HttpStatus.BAD_REQUEST, null, "the request must have exactly one Host header"));
    }
    if (!open && !isAllowed(hosts.getFirst(), headers.getOrigin())) {
      return Mono.error(
          ApiException.of(
              HttpStatus.FORBIDDEN,
              null,
              "this Host or Origin is not served without an API key;"
                  + " set sluice.api-key, or add the name to sluice.allowed-hosts"));
    }
    if (open && SocketHandshake.is(headers) && isForeign(headers.getOrigin(), hosts.getFirst())) {
      return Mono.error(
          ApiException.of(
              HttpStatus.FORBIDDEN,
              null,
              "a page of this Origin may not open a socket here;"
                  + " add its name to sluice.allowed-hosts"));
    }
    return chain.filter(exchange);
  }

  /**
   * Whether another site's page asks. Browsers apply their cross-origin rules to requests, not to
   * sockets, so a server with keys has to look for itself.
   */
  private boolean isForeign(@Nullable String origin, String host) {
    return origin != null && !isAllowedOrigin(origin) && !nameOf(host).equals(hostOf(origin));
  }

  private boolean isAllowed(String host, @Nullable String origin) {
    return allowed.contains(nameOf(host)) && (origin == null || isAllowedOrigin(origin));
  }

  private boolean isAllowedOrigin(String origin) {
    String host = hostOf(origin);
    return !host.isEmpty() && allowed.contains(host);
  }

  /** Empty if the origin has none. */
  private static String hostOf(String origin) {
    try {
      String host = URI.create(origin).getHost();
      return host == null ? "" : host.toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException _) {
      return "";
    }
  }

  /** Without the port. */
  private static String nameOf(String host) {
    return host.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT);
  }
}
