package dev.sluice.app.cli;

import dev.sluice.app.bench.BenchProgress;
import dev.sluice.app.bench.LoadBench;
import dev.sluice.app.bench.LoadResult;
import dev.sluice.app.bench.LoadSpec;
import dev.sluice.app.bench.OfflineBench;
import dev.sluice.app.bench.StepMeter;
import dev.sluice.app.bench.Workload;
import dev.sluice.app.client.OpenAiClient;
import dev.sluice.app.runtime.ModelStore;
import dev.sluice.engine.tokenizer.PromptText;
import dev.sluice.engine.tokenizer.Tokenizer;
import dev.sluice.spring.ModelRuntime;
import dev.sluice.spring.OperatorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures the engine in process, or with {@code --url} any OpenAI server from outside. */
@Command(
    name = "bench",
    subcommands = {StallBenchCommand.class, BurstBenchCommand.class},
    mixinStandardHelpOptions = true,
    versionProvider = BuildVersion.class,
    description = "Measure the engine in process, or any OpenAI server with --url.")
final class BenchCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it before it runs the command
  private CommandSpec spec;

  @Mixin private EngineFlags engine = new EngineFlags();

  @Option(
      names = "--input-len",
      paramLabel = "TOKENS",
      description = "Tokens in a prompt. Default: 128.")
  private int inputLen = 128;

  @Option(
      names = "--output-len",
      paramLabel = "TOKENS",
      description = "Tokens to generate. Default: 128.")
  private int outputLen = 128;

  @Option(names = "--seed", description = "Seed of prompts and arrivals. Default: 0.")
  private long seed;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private @Nullable Path jsonFile;

  @Option(
      names = "--num-seqs",
      paramLabel = "COUNT",
      description = "In process: sequences, all at once. Default: 16.")
  private int numSeqs = 16;

  @Option(
      names = "--random-lens",
      description = "In process: draw lengths from an eighth to all of them.")
  private boolean randomLens;

  @Option(
      names = "--prompt-file",
      paramLabel = "FILE",
      description = "In process: a prompt per line instead of random ids.")
  private @Nullable Path promptFile;

  @Option(names = "--url", description = "Online: the server, as http://127.0.0.1:8000.")
  private @Nullable URI url;

  @Option(
      names = "--api-key",
      paramLabel = "KEY",
      description = "Online: key to send. Default: $SLUICE_API_KEY.")
  private @Nullable String apiKey;

  @Option(names = "--chat", description = "Online: use chat completions instead of completions.")
  private boolean chat;

  @Option(
      names = "--num-requests",
      paramLabel = "COUNT",
      description = "Online: requests of each run. Default: 64.")
  private int numRequests = 64;

  @Option(
      names = "--concurrency",
      paramLabel = "COUNT",
      split = ",",
      description = "Online: closed loop with so many clients, a run for each. Default: 1,4,16.")
  private @Nullable List<Integer> concurrency;

  @Option(
      names = "--request-rate",
      paramLabel = "PER_SECOND",
      split = ",",
      description = "Online: open loop with Poisson arrivals, a run for each rate.")
  private @Nullable List<Double> requestRates;

  @Option(
      names = "--slo-ttft",
      paramLabel = "MS",
      description = "Online: goal of goodput for the first token.")
  private long sloTtftMillis;

  @Option(
      names = "--slo-itl",
      paramLabel = "MS",
      description = "Online: goal of goodput for the mean time between tokens.")
  private long sloItlMillis;

  @Override
  public void run() {
    requirePositive("--input-len", inputLen);
    requirePositive("--output-len", outputLen);
    requirePositive("--num-seqs", numSeqs);
    requirePositive("--num-requests", numRequests);
    BenchReport.writeJson(jsonFile, url == null ? runOffline() : runOnline(url));
  }

  private void requirePositive(String flag, double value) {
    if (!(value > 0)) {
      throw new ParameterException(spec.commandLine(), flag + " " + value + " is not above 0");
    }
  }

  private Object runOffline() {
    Path modelFile = Models.resolve(ModelStore.standard(), engine.model);
    StepMeter meter = new StepMeter();
    try (ModelRuntime runtime = Models.load(engine.settings(modelFile), meter);
        ProgressLine line = ProgressLine.onStandardError("tokens", 1)) {
      Workload workload = workload(runtime);
      OfflineBench bench = new OfflineBench(runtime.engine(), meter);
      bench.warmUp(warmUp(runtime));
      OfflineBench.Result result =
          bench.run(workload, (done, total) -> line.update("generating", done, total));
      line.end();
      BenchReport.print(result, out());
      return result;
    }
  }

  private Workload workload(ModelRuntime runtime) {
    Tokenizer tokenizer = runtime.model().tokenizer();
    Workload workload =
        promptFile == null
            ? Workload.random(
                numSeqs, inputLen, outputLen, randomLens, tokenizer.vocabularySize(), seed)
            : Workload.of(prompts(promptFile, tokenizer), outputLen);
    int maxContext = runtime.engine().maxContext();
    if (workload.longestTokens() > maxContext) {
      throw new OperatorException(
          "prompt and output have up to "
              + workload.longestTokens()
              + " tokens, but the context is "
              + maxContext
              + "; lower --input-len or --output-len");
    }
    return workload;
  }

  /** Different ids than the workload's, so that the prefix cache does not help the measured run. */
  private static Workload warmUp(ModelRuntime runtime) {
    int vocabulary = runtime.model().tokenizer().vocabularySize();
    int tokens = Math.min(64, runtime.engine().maxContext() / 2);
    return Workload.random(4, tokens, tokens, false, vocabulary, Long.MIN_VALUE);
  }

  private static List<int[]> prompts(Path file, Tokenizer tokenizer) {
    try {
      List<int[]> prompts =
          Files.readAllLines(file).stream()
              .filter(line -> !line.isBlank())
              .map(line -> tokenizer.encode(PromptText.untrusted(line)))
              .toList();
      if (prompts.isEmpty()) {
        throw new OperatorException(file + " holds no prompt; write one per line");
      }
      return prompts;
    } catch (IOException e) {
      throw new OperatorException("cannot read the prompts of " + file + ": " + e.getMessage(), e);
    }
  }

  private Object runOnline(URI server) {
    String key = apiKey == null ? System.getenv("SLUICE_API_KEY") : apiKey;
    try (OpenAiClient client = new OpenAiClient(server, key, Duration.ofMinutes(10))) {
      LoadBench bench = new LoadBench(client, loadSpec(client));
      List<LoadResult> results = new ArrayList<>();
      for (double rate : requestRates == null ? List.<Double>of() : requestRates) {
        requirePositive("--request-rate", rate);
        results.add(shown("at " + rate + "/s", line -> bench.openLoop(rate, line)));
      }
      for (int clients : closedLoops()) {
        requirePositive("--concurrency", clients);
        results.add(shown("with " + clients + " at once", line -> bench.closedLoop(clients, line)));
      }
      return describe(server, results);
    }
  }

  private List<Integer> closedLoops() {
    if (concurrency != null) {
      return concurrency;
    }
    return requestRates == null ? List.of(1, 4, 16) : List.of();
  }

  private LoadResult shown(String load, Function<BenchProgress, LoadResult> run) {
    try (ProgressLine line = ProgressLine.onStandardError("requests", 1)) {
      LoadResult result = run.apply((done, total) -> line.update(load, done, total));
      line.end();
      BenchReport.print(result, out());
      return result;
    }
  }

  private LoadSpec loadSpec(OpenAiClient client) {
    return new LoadSpec(
        chat ? "chat/completions" : "completions",
        engine.model == null ? Models.first(client) : engine.model,
        numRequests,
        inputLen,
        outputLen,
        seed,
        Duration.ofMillis(sloTtftMillis),
        Duration.ofMillis(sloItlMillis));
  }

  private static Map<String, Object> describe(URI server, List<LoadResult> results) {
    Map<String, Object> description = new LinkedHashMap<>();
    description.put("server", server.toString());
    description.put("runs", results);
    return description;
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
