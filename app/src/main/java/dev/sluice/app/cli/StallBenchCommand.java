package dev.sluice.app.cli;

import dev.sluice.app.bench.BarPlot;
import dev.sluice.app.bench.stall.CreditWire;
import dev.sluice.app.bench.stall.InProcessWire;
import dev.sluice.app.bench.stall.RSocketWire;
import dev.sluice.app.bench.stall.ServerMeters;
import dev.sluice.app.bench.stall.StallBench;
import dev.sluice.app.bench.stall.StallBench.Scene;
import dev.sluice.app.bench.stall.StallResult;
import dev.sluice.app.bench.stall.StallSpec;
import dev.sluice.app.bench.stall.TcpWire;
import dev.sluice.app.bench.stall.Wire;
import dev.sluice.app.client.OpenAiClient;
import dev.sluice.app.runtime.ModelStore;
import dev.sluice.spring.OperatorException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows what readers that stop cost those that read. */
@Command(
    name = "stalls",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    description = {
      "Half of the readers stop: what do the others get?",
      "Runs the load over each wire three times: without those that stop, with them, and with them"
          + " served as by a server that ignores demand. Starts a server of its own; with --url it"
          + " measures any OpenAI server, over plain sockets."
    })
final class StallBenchCommand implements Runnable {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
  private CommandSpec spec;

  @Mixin private EngineFlags engine = new EngineFlags();

  @Option(
      names = "--readers",
      paramLabel = "COUNT",
      description = "Half of them stop. Default: 16.")
  private int readers = 16;

  @Option(names = "--input-len", paramLabel = "TOKENS", description = "Default: 32.")
  private int inputLen = 32;

  @Option(names = "--output-len", paramLabel = "TOKENS", description = "Default: 1500.")
  private int outputLen = 1500;

  @Option(names = "--duration", paramLabel = "SECONDS", description = "Of each run. Default: 20.")
  private int seconds = 20;

  @Option(names = "--seed", description = "Seed of prompts. Default: 0.")
  private long seed;

  @Option(
      names = "--wire",
      paramLabel = "NAME",
      split = ",",
      description = "in-process, rsocket, websocket, tcp. Default: all.")
  private @Nullable List<String> wires;

  @Option(names = "--url", description = "A server that runs already, as http://127.0.0.1:8000.")
  private @Nullable URI url;

  @Option(names = "--api-key", paramLabel = "KEY", description = "Default: $SLUICE_API_KEY.")
  private @Nullable String apiKey;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private @Nullable Path jsonFile;

  @Option(names = "--plot", paramLabel = "FILE", description = "Also draw them as SVG.")
  private @Nullable Path plotFile;

  @Override
  public void run() {
    List<StallResult> results = url == null ? measureOwn() : measure(url, null);
    BenchReport.writeJson(jsonFile, Map.of("readers", readers, "runs", results));
    BenchReport.writeText(plotFile, plot(results));
  }

  private List<StallResult> measureOwn() {
    Map<String, Object> properties = new LinkedHashMap<>(engine.properties());
    properties.put("sluice.model", Models.resolve(ModelStore.standard(), engine.model));
    try (OwnServer server = OwnServer.start(properties)) {
      return measure(server.uri(), server);
    }
  }

  /**
   * Measures a server.
   *
   * @param own the server if it is this process's, which can be read in process too
   */
  private List<StallResult> measure(URI server, @Nullable OwnServer own) {
    String key = apiKey == null ? System.getenv("SLUICE_API_KEY") : apiKey;
    List<StallResult> results = new ArrayList<>();
    PrintWriter out = spec.commandLine().getOut();
    try (OpenAiClient client = new OpenAiClient(server, key, Duration.ofMinutes(1));
        ServerMeters meters = new ServerMeters(server, key)) {
      StallSpec load =
          new StallSpec(
              Models.first(client),
              readers,
              inputLen,
              outputLen,
              seed,
              Duration.ofSeconds(2),
              Duration.ofSeconds(seconds));
      for (String name : wires(own != null)) {
        try (Wire wire = wire(name, server, key, own)) {
          for (Scene scene : scenes(own != null)) {
            StallResult result = new StallBench(wire, meters, load).run(scene);
            results.add(result);
            BenchReport.print(result, out);
          }
        }
      }
    }
    return results;
  }

  private List<String> wires(boolean own) {
    if (wires != null) {
      return wires;
    }
    return own ? List.of("in-process", "rsocket", "websocket", "tcp") : List.of("tcp");
  }

  /** Another server has one way to serve those that stop, which is what is to be seen. */
  private static List<Scene> scenes(boolean own) {
    return own ? List.of(Scene.values()) : List.of(Scene.ALONE, Scene.STOPPED);
  }

  private static Wire wire(String name, URI server, @Nullable String key, @Nullable OwnServer own) {
    return switch (name) {
      case "websocket" -> new CreditWire(server, key);
      case "rsocket" -> new RSocketWire(server, key);
      case "tcp" -> new TcpWire(server, key);
      case "in-process" -> {
        if (own == null) {
          throw new OperatorException("--wire in-process needs a server of its own; omit --url");
        }
        yield new InProcessWire(own.model().engine(), own.model().tokenizer());
      }
      default ->
          throw new OperatorException(
              "--wire " + name + " is not one of in-process, rsocket, websocket, tcp");
    };
  }

  private static String plot(List<StallResult> results) {
    return new BarPlot()
        .group(
            "tokens per second of those that read", bars(results, r -> r.activeTokensPerSecond()))
        .group(
            "99th percentile between two tokens of those that read, ms",
            bars(results, r -> r.interTokenLatency().p99Millis()))
        .group(
            "tokens computed for each that stopped, and not read",
            bars(results, StallResult::wastedPerStopped))
        .svg();
  }

  private static List<BarPlot.Bar> bars(
      List<StallResult> results, ToDoubleFunction<StallResult> value) {
    return results.stream()
        .map(r ->
            new BarPlot.Bar(
                String.format(Locale.ROOT, "%s, %s", r.wire(), r.scene()), value.applyAsDouble(r)))
        .toList();
  }
}
