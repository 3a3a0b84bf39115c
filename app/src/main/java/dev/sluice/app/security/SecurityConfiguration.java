package dev.sluice.app.security;

import dev.sluice.app.api.ApiException;
import dev.sluice.app.api.ErrorWriter;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.AuthenticationWebFilter;
import org.springframework.security.web.server.authentication.ServerAuthenticationEntryPointFailureHandler;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A key for everything but probes and the pages, which hold no data and ask for the key. */
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
class SecurityConfiguration {
  private static final String[] OPEN = {
    "/health",
    "/livez",
    "/readyz",
    "/",
    "/index.html",
    "/engine",
    "/engine.html",
    "/assets/**",
    "/webjars/**",
    "/favicon*"
  };

  /** Its key may also come by the first frame, which is asked for one there. */
  private static final String RSOCKET = "/rsocket";

  private static final String CONTENT_POLICY =
      "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  private static final String BEARER = "bearer ";

  @Bean
  SecurityWebFilterChain securityChain(ServerHttpSecurity http, ApiKeys keys, ErrorWriter errors) {
    ServerAuthenticationEntryPoint entry = (exchange, failure) -> refuse(exchange, errors);
    http.csrf(ServerHttpSecurity.CsrfSpec::disable) // keys are never sent by a browser unasked
        .httpBasic(ServerHttpSecurity.HttpBasicSpec::disable)
        .formLogin(ServerHttpSecurity.FormLoginSpec::disable)
        .logout(ServerHttpSecurity.LogoutSpec::disable)
        .requestCache(cache -> cache.requestCache(NoOpServerRequestCache.getInstance()))
        .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
        .exceptionHandling(handling -> handling.authenticationEntryPoint(entry))
        .headers(headers ->
            headers
                .contentSecurityPolicy(policy -> policy.policyDirectives(CONTENT_POLICY))
                .cache(ServerHttpSecurity.HeaderSpec.CacheSpec::disable));
    if (keys.areNeeded()) {
      http.addFilterAt(keyFilter(keys, entry), SecurityWebFiltersOrder.AUTHENTICATION)
          .authorizeExchange(exchanges ->
              exchanges
                  .pathMatchers(HttpMethod.GET, OPEN)
                  .permitAll()
                  .pathMatchers(HttpMethod.HEAD, OPEN)
                  .permitAll()
                  .pathMatchers(HttpMethod.GET, RSOCKET)
                  .permitAll()
                  .anyExchange()
                  .authenticated());
    } else {
      http.authorizeExchange(exchanges -> exchanges.anyExchange().permitAll());
    }
    return http.build();
  }

  private static AuthenticationWebFilter keyFilter(
      ApiKeys keys, ServerAuthenticationEntryPoint entry) {
    ReactiveAuthenticationManager manager = authentication -> Mono.just(authentication);
    AuthenticationWebFilter filter = new AuthenticationWebFilter(manager);
    filter.setServerAuthenticationConverter(exchange -> authenticate(exchange, keys));
    filter.setAuthenticationFailureHandler(new ServerAuthenticationEntryPointFailureHandler(entry));
    return filter;
  }

  /**
   * The holder of a key, named by the tenant that it is; empty for no key, so that open paths stay
   * open; an error for a wrong one.
   */
  private static Mono<Authentication> authenticate(ServerWebExchange exchange, ApiKeys keys) {
    HttpHeaders headers = exchange.getRequest().getHeaders();
    String header = headers.getFirst(HttpHeaders.AUTHORIZATION);
    String key = header == null ? null : bearer(header);
    if (header == null && SocketHandshake.is(headers)) {
      key = SocketHandshake.key(headers);
    }
    if (header == null && key == null) {
      return Mono.empty();
    }
    if (key == null || !keys.contains(key)) {
      return Mono.error(new BadCredentialsException("wrong API key"));
    }
    return Mono.just(
        UsernamePasswordAuthenticationToken.authenticated(
            ApiKeys.tenant(key), "", AuthorityUtils.NO_AUTHORITIES));
  }

  private static @Nullable String bearer(String header) {
    boolean bearer = header.regionMatches(true, 0, BEARER, 0, BEARER.length());
    return bearer ? header.substring(BEARER.length()).strip() : null;
  }

  /** The same for a missing and a wrong key. */
  private static Mono<Void> refuse(ServerWebExchange exchange, ErrorWriter errors) {
    exchange.getResponse().getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, "Bearer");
    return errors.write(
        exchange,
        ApiException.of(
            HttpStatus.UNAUTHORIZED,
            "invalid_api_key",
            "this needs a valid API key; send it as Authorization: Bearer <key>"));
  }
}
