package dev.sluice.app.cli;

import dev.sluice.app.bench.BarPlot;
import dev.sluice.app.bench.burst.BurstResult;
import dev.sluice.app.bench.burst.BurstSpec;
import dev.sluice.app.bench.burst.Machine;
import dev.sluice.app.bench.burst.Policy;
import dev.sluice.app.bench.burst.VirtualBurst;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
  private CommandSpec spec;

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

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private @Nullable Path jsonFile;

  @Option(names = "--plot", paramLabel = "FILE", description = "Also draw them as SVG.")
  private @Nullable Path plotFile;

  @Override
  public void run() {
    List<BurstResult> results = new ArrayList<>();
    for (double load : loads) {
      for (Policy policy : Policy.values()) {
        BurstSpec burst =
            new BurstSpec(
                load, burstShare, burstPeriod, seconds, inputLen, outputLen, 5, 15, window, seed);
        BurstResult result = VirtualBurst.run(burst, Machine.GPU, policy);
        results.add(result);
        BenchReport.print(result, spec.commandLine().getOut());
      }
    }
    BenchReport.writeJson(jsonFile, Map.of("machine", Machine.GPU, "runs", results));
    BenchReport.writeText(plotFile, plot(results));
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
