package dev.sluice.app.cli;

import dev.sluice.app.bench.BarPlot;
import dev.sluice.app.bench.burst.BurstResult;
import dev.sluice.app.bench.burst.BurstSpec;
import dev.sluice.app.bench.burst.Machine;
import dev.sluice.app.bench.burst.Policy;
import dev.sluice.app.bench.burst.RealBurst;
import dev.sluice.app.bench.burst.VirtualBurst;
import dev.sluice.app.bench.stall.CreditWire;
import dev.sluice.app.bench.stall.ServerMeters;
import dev.sluice.app.bench.stall.TcpWire;
import dev.sluice.app.bench.stall.Wire;
import dev.sluice.app.client.OpenAiClient;
import dev.sluice.app.runtime.ModelStore;
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

/** Shows what bursts do to readers, with and without regard to how fast they read. */
@Command(
    name = "burst",
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    description = {
      "Bursts of requests, read at human speed: who begins when, and who waits?",
      "Runs the real scheduler on virtual time, over the cost model of an 8B model on one GPU:"
          + " first come first served, by demand, and by demand and slack. The same seed gives the"
          + " same figures on any machine."
    })
final class BurstBenchCommand implements Runnable {
  /** The most that a reader may grant, which no answer here is longer than. */
  private static final int EVERYTHING = 4096;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
  private CommandSpec command;

  @Option(
      names = "--load",
      split = ",",
      paramLabel = "MULTIPLE",
      description = "Of what the machine can generate. Default: 0.5,0.7,1,2,3.")
  private List<Double> loads = List.of(0.5, 0.7, 1.0, 2.0, 3.0);

  @Option(names = "--seconds", description = "For which requests arrive. Default: 120.")
  private double seconds = 120;

  @Option(names = "--burst-share", description = "Of requests that come in bursts. Default: 0.5.")
  private double burstShare = 0.5;

  @Option(names = "--burst-period", paramLabel = "SECONDS", description = "Default: 20.")
  private double burstPeriod = 20;

  @Option(names = "--input-len", paramLabel = "TOKENS", description = "On average. Default: 256.")
  private int inputLen = 256;

  @Option(names = "--output-len", paramLabel = "TOKENS", description = "On average. Default: 300.")
  private int outputLen = 300;

  @Option(
      names = "--window",
      paramLabel = "TOKENS",
      description = "That readers grant ahead. Default: 512.")
  private int window = 512;

  @Option(names = "--seed", description = "Of arrivals, lengths and speeds. Default: 1.")
  private long seed = 1;

  @Mixin private EngineFlags engine = new EngineFlags();

  @Option(names = "--real", description = "Read real servers in real time.")
  private boolean real;

  @Option(names = "--url", description = "A server that runs already, as http://127.0.0.1:8000.")
  private @Nullable URI url;

  @Option(
      names = "--capacity",
      paramLabel = "PER_SECOND",
      description = "In real time: tokens that the server can generate. Default: 120.")
  private double capacity = 120;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private @Nullable Path jsonFile;

  @Option(names = "--plot", paramLabel = "FILE", description = "Also draw them as SVG.")
  private @Nullable Path plotFile;

  @Override
  public void run() {
    List<BurstResult> results = new ArrayList<>();
    for (double load : loads) {
      if (url != null) {
        results.add(shown(measure(url, new TcpWire(url, null), spec(load, window), "server")));
        continue;
      }
      for (Policy policy : Policy.values()) {
        results.add(
            shown(
                real
                    ? measureOwn(load, policy)
                    : VirtualBurst.run(spec(load, window), Machine.GPU, policy)));
      }
    }
    boolean virtual = url == null && !real;
    BenchReport.writeJson(
        jsonFile,
        virtual ? Map.of("machine", Machine.GPU, "runs", results) : Map.of("runs", results));
    BenchReport.writeText(plotFile, plot(results));
  }

  private BurstResult shown(BurstResult result) {
    BenchReport.print(result, command.commandLine().getOut());
    return result;
  }

  private BurstSpec spec(double load, int granted) {
    return new BurstSpec(
        load, burstShare, burstPeriod, seconds, inputLen, outputLen, 5, 15, granted, seed);
  }

  /** Whoever takes no account of readers is granted everything at once. */
  private BurstResult measureOwn(double load, Policy policy) {
    Map<String, Object> properties = new LinkedHashMap<>(engine.properties());
    properties.put("sluice.model", Models.resolve(ModelStore.standard(), engine.model));
    properties.put("sluice.slack", policy == Policy.DEMAND_AND_SLACK);
    properties.put("sluice.queue-timeout", "1h");
    properties.put("sluice.max-num-queued-reqs", 100_000);
    properties.put("sluice.max-num-queued-tokens", Integer.MAX_VALUE);
    try (OwnServer server = OwnServer.start(properties)) {
      int granted = policy == Policy.FCFS ? EVERYTHING : window;
      CreditWire wire = new CreditWire(server.uri(), null);
      return measure(server.uri(), wire, spec(load, granted), policy.text());
    }
  }

  private BurstResult measure(URI server, Wire opened, BurstSpec burst, String policy) {
    try (Wire wire = opened;
        ServerMeters meters = new ServerMeters(server, null);
        OpenAiClient client = new OpenAiClient(server, null, Duration.ofMinutes(1))) {
      return new RealBurst(burst, wire, meters, Models.first(client), policy).run(capacity);
    }
  }

  private static String plot(List<BurstResult> results) {
    return new BarPlot()
        .group(
            "tokens per second that were read",
            bars(results, BurstResult::effectiveTokensPerSecond))
        .group(
            "99th percentile to the first token, ms",
            bars(results, r -> r.timeToFirstToken().p99Millis()))
        .group(
            "median to the first token, ms", bars(results, r -> r.timeToFirstToken().p50Millis()))
        .svg();
  }

  private static List<BarPlot.Bar> bars(
      List<BurstResult> results, ToDoubleFunction<BurstResult> value) {
    return results.stream()
        .map(r ->
            new BarPlot.Bar(
                String.format(Locale.ROOT, "load %.1f, %s", r.load(), r.policy()),
                value.applyAsDouble(r)))
        .toList();
  }
}
