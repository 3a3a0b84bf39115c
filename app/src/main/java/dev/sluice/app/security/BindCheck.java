package dev.sluice.app.security;

import dev.sluice.app.SluiceProperties;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.reactive.ConfigurableReactiveWebServerFactory;
import org.springframework.stereotype.Component;

/** Refuses to start a server that is open to the network. */
@Component
final class BindCheck implements WebServerFactoryCustomizer<ConfigurableReactiveWebServerFactory> {
  private final SluiceProperties properties;
  private final @Nullable InetAddress address;

  BindCheck(
      SluiceProperties properties, @Value("${server.address:}") @Nullable InetAddress address) {
    this.properties = properties;
    this.address = address;
  }

  @Override
  public void customize(ConfigurableReactiveWebServerFactory factory) {
    boolean loopback = address != null && address.isLoopbackAddress();
    if (!loopback && !properties.hasKeys() && !properties.insecure()) {
      throw new IllegalStateException(
          "server.address "
              + (address == null ? "(all interfaces)" : address.getHostAddress())
              + " is reachable from the network, but there is no API key; set sluice.api-key,"
              + " or sluice.insecure=true if something else guards the server");
    }
  }
}
