package dev.sluice.app;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The server's own configuration, {@code sluice.*} beside the engine's; checked when it is bound,
 * so that a bad value ends the start and names its property.
 *
 * @param apiKey keys that open the server; without any it is open, to loopback only
 * @param insecure allow other interfaces without a key
 * @param allowedHosts further Host names, besides loopback, that are answered without a key
 * @param resumeGrace how long a resumable stream waits for its reader to come back
 */
@ConfigurationProperties("sluice")
public record SluiceProperties(
    @DefaultValue List<String> apiKey,
    @DefaultValue("false") boolean insecure,
    @DefaultValue List<String> allowedHosts,
    @DefaultValue("60s") Duration resumeGrace) {

  public SluiceProperties {
    if (!resumeGrace.isPositive()) {
      throw new IllegalArgumentException(
          "sluice.resume-grace is " + resumeGrace + ", but it must be longer than nothing");
    }
    apiKey = apiKey.stream().map(String::strip).filter(key -> !key.isEmpty()).toList();
    allowedHosts = List.copyOf(allowedHosts);
  }

  /** Whether clients need a key. */
  public boolean hasKeys() {
    return !apiKey.isEmpty();
  }
}
