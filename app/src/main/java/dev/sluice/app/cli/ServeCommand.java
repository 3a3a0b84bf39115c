package dev.sluice.app.cli;

import dev.sluice.app.SluiceApplication;
import dev.sluice.app.runtime.ModelStore;
import dev.sluice.spring.ModelRuntime;
import dev.sluice.spring.ModelSettings;
import dev.sluice.spring.OperatorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.PortInUseException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Starts the server. Its flags become Spring properties {@code sluice.…}; flags that are not given
 * leave those properties to the environment and to configuration files.
 */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    description = "Serve a model over HTTP, with OpenAI's API and a chat page.",
    footer = {"", "Any Spring property can be given too, as --server.http2.enabled=true."})
final class ServeCommand implements Runnable {
  private static final Pattern PROPERTY = Pattern.compile("--([a-z][\\w-]*\\.[^=\\s]+)=(.*)");
  private static final String MODEL = "sluice.model";

  /** They report a failed start at length, which is told in a line here. */
  private static final List<String> QUIET_LOGGERS =
      List.of(
          "org.springframework.boot.SpringApplication",
          "org.springframework.boot.diagnostics.LoggingFailureAnalysisReporter",
          "org.springframework.boot.web.server.reactive.context"
              + ".AnnotationConfigReactiveWebServerApplicationContext",
          // The context's class if its beans were generated.
          "org.springframework.boot.web.server.reactive.context"
              + ".ReactiveWebServerApplicationContext");

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
  private CommandSpec spec;

  @Mixin private EngineFlags engine = new EngineFlags();

  @Option(names = "--host", description = "Address to bind. Default: 127.0.0.1.")
  private @Nullable String host;

  @Option(names = "--port", description = "Port to bind; 0 takes any. Default: 8000.")
  private @Nullable Integer port;

  @Option(
      names = "--served-model-name",
      paramLabel = "NAME",
      description = "Name by which clients ask for the model. Default: the model's.")
  private @Nullable String servedModelName;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Key that clients must send. Default: $SLUICE_API_KEY; none if unset.")
  private @Nullable String apiKey;

  @Option(
      names = "--max-num-queued-reqs",
      paramLabel = "COUNT",
      description =
          "Requests that may wait. Default: " + ModelSettings.DEFAULT_MAX_QUEUED_REQUESTS + ".")
  private @Nullable Integer maxNumQueuedReqs;

  @Unmatched private List<String> unmatched = new ArrayList<>();

  @Override
  public void run() {
    Map<String, Object> properties = properties(ModelStore.standard(), System.getenv());
    QUIET_LOGGERS.forEach(logger -> properties.putIfAbsent("logging.level." + logger, "OFF"));
    if (System.getProperty("spring.context.exit") == null) {
      checkMeanwhile(Path.of(String.valueOf(properties.get(MODEL))));
    } // else the start is for the training of Java's cache, and ends before it needs a model
    try {
      SluiceApplication.run(properties);
    } catch (RuntimeException e) {
      throw new OperatorException("the server did not start: " + reason(e), e);
    }
    awaitExit();
  }

  /**
   * Looks into the model file while the server starts, so that a bad one ends the start at once.
   */
  private void checkMeanwhile(Path file) {
    Thread.ofPlatform()
        .name("model-check")
        .daemon()
        .start(() -> {
          try {
            ModelRuntime.check(file);
          } catch (OperatorException e) {
            spec.commandLine().getErr().println("sluice: " + e.getMessage());
            // Nothing is served yet, and an orderly exit would wait for the start to end.
            Runtime.getRuntime().halt(spec.exitCodeOnExecutionException());
          }
        });
  }

  /**
   * Holds this thread for good: were it to end, closing the server would end the process before
   * {@link System#exit} could set the exit code.
   */
  private static void awaitExit() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What went wrong, without the names of Spring's beans around it. */
  private static String reason(Throwable error) {
    Throwable cause = error;
    while (cause.getCause() != null) {
      if (cause instanceof PortInUseException taken) {
        return "port " + taken.getPort() + " is in use; name another with --port";
      }
      cause = cause.getCause();
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  /** The Spring properties to start the server with; fetches the model if need be. */
  Map<String, Object> properties(ModelStore store, Map<String, String> environment) {
    Map<String, Object> properties = new LinkedHashMap<>(engine.properties());
    EngineFlags.put(properties, "host", host);
    EngineFlags.put(properties, "port", port);
    EngineFlags.put(properties, "served-model-name", servedModelName);
    EngineFlags.put(
        properties, "api-key", apiKey == null ? environment.get("SLUICE_API_KEY") : apiKey);
    EngineFlags.put(properties, "max-num-queued-reqs", maxNumQueuedReqs);
    properties.putAll(springProperties());
    putModel(properties, store, environment);
    return properties;
  }

  private Map<String, Object> springProperties() {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (String argument : unmatched) {
      Matcher matcher = PROPERTY.matcher(argument);
      if (!matcher.matches()) {
        throw new UnmatchedArgumentException(spec.commandLine(), List.of(argument));
      }
      properties.put(matcher.group(1), matcher.group(2));
    }
    return properties;
  }

  /** Names the model's file, and its catalogue name as the one that clients use. */
  private void putModel(
      Map<String, Object> properties, ModelStore store, Map<String, String> environment) {
    String wanted =
        engine.model != null
            ? engine.model
            : (String)
                properties.getOrDefault(
                    MODEL,
                    environment.getOrDefault("SLUICE_MODEL", store.catalogue().defaultName()));
    Path file = Models.resolve(store, wanted);
    properties.put(MODEL, file.toString());
    if (store.catalogue().find(wanted).isPresent()) {
      properties.putIfAbsent("sluice.served-model-name", wanted);
    }
  }
}
