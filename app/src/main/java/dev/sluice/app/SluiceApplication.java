package dev.sluice.app;

import dev.sluice.app.lifecycle.Termination;
import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;

/** The server: an OpenAI-compatible HTTP interface over one model's engine. */
@SpringBootApplication(proxyBeanMethods = false)
@EnableConfigurationProperties(SluiceProperties.class)
public class SluiceApplication {

  /** As clients see it in {@code /version} and {@code system_fingerprint}. */
  public static final String VERSION = "0.1.0";

  /** Where the build's ahead-of-time processing starts; it ends before there are beans. */
  public static void main(String[] args) {
    run(Map.of());
  }

  /**
   * Starts the server and returns once its port is open; the model loads on.
   *
   * @param properties what the command line sets, as {@code sluice.model} or {@code server.port}
   */
  public static ConfigurableApplicationContext run(Map<String, Object> properties) {
    SpringApplication application = new SpringApplication(SluiceApplication.class);
    // The command line's class called this one; the generated code is named after this one.
    application.setMainApplicationClass(SluiceApplication.class);
    application.setWebApplicationType(WebApplicationType.REACTIVE);
    application.setBannerMode(Banner.Mode.OFF);
    application.setLogStartupInfo(false);
    // As arguments they are there before logging is set up, so that logging.level.* works too.
    ConfigurableApplicationContext context = application.run(arguments(properties));
    Termination.install(context);
    return context;
  }

  private static String[] arguments(Map<String, Object> properties) {
    return properties.entrySet().stream()
        .map(property -> "--" + property.getKey() + "=" + property.getValue())
        .toArray(String[]::new);
  }
}
