package dev.sluice.app.security;

import dev.sluice.app.SluiceProperties;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.reactive.ConfigurableReactiveWebServerFactory;
import org.springframework.stereotype.Component;

/** Refuses to start a server that is open to the network. */
@Component
final class BindCheck implements WebServerFactoryCustomizer<ConfigurableReactiveWebServerFactory> {
  private final SluiceProperties properties;
  private final String address;

  BindCheck(SluiceProperties properties, @Value("${server.address:}") String address) {
    this.properties = properties;
    this.address = address;
  }

  @Override
  public void customize(ConfigurableReactiveWebServerFactory factory) {
    if (!isLoopback() && !properties.hasKeys() && !properties.insecure()) {
      throw new IllegalStateException(
          "server.address "
              + (address.isBlank() ? "(all interfaces)" : address)
              + " is reachable from the network, but there is no API key; set sluice.api-key,"
              + " or sluice.insecure=true if something else guards the server");
    }
  }

  private boolean isLoopback() {
    try {
      return !address.isBlank() && InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException _) {
      return false; // the server will say so when it binds
    }
  }
}
