package dev.sluice.app.api;

import java.security.Principal;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** On whose behalf a request is served: the holder of its key, or nobody where no key is needed. */
public final class Tenant {
  private static final String NOBODY = "";

  private Tenant() {}

  /** The tenant's name, which doesn't tell the key; empty if the server is open. */
  public static Mono<String> of(ServerWebExchange exchange) {
    return exchange.getPrincipal().map(Principal::getName).defaultIfEmpty(NOBODY);
  }
}
