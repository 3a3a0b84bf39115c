package dev.sluice.app.cli;

import dev.sluice.app.bench.LatencySummary;
import dev.sluice.app.bench.LoadResult;
import dev.sluice.app.bench.OfflineBench;
import dev.sluice.app.bench.StepMeter;
import dev.sluice.app.bench.burst.BurstResult;
import dev.sluice.app.bench.stall.StallResult;
import dev.sluice.spring.OperatorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Figures as text, a line each. */
final class BenchReport {
  private static final int NAME_WIDTH = 22;

  private final PrintWriter out;

  private BenchReport(PrintWriter out) {
    this.out = out;
  }

  static void print(OfflineBench.Result result, PrintWriter out) {
    new BenchReport(out).offline(result);
    out.flush();
  }

  static void print(LoadResult result, PrintWriter out) {
    new BenchReport(out).load(result);
    out.flush();
  }

  static void print(StallResult result, PrintWriter out) {
    new BenchReport(out).stall(result);
    out.flush();
  }

  private void stall(StallResult result) {
    line("readers", result.wire() + ", " + result.scene());
    line("reading", result.active() + ", " + number(result.activeTokensPerSecond()) + " tok/s");
    line("inter-token latency", result.interTokenLatency());
    if (result.stopped() > 0) {
      line(
          "stopped",
          result.stopped()
              + ", each with "
              + known(result.wastedPerStopped())
              + " tokens computed and not read");
    }
    line("KV cache in use", known(100 * result.kvUsage()) + " %");
    if (result.errors() > 0) {
      line("errors", String.valueOf(result.errors()));
    }
    out.println();
  }

  static void print(BurstResult result, PrintWriter out) {
    new BenchReport(out).burst(result);
    out.flush();
  }

  private void burst(BurstResult result) {
    line("load", number(result.load()) + ", " + result.requests() + " requests");
    line("policy", result.policy());
    line("read", number(result.effectiveTokensPerSecond()) + " tok/s");
    line("generated", number(result.generatedTokensPerSecond()) + " tok/s");
    line("time to first token", result.timeToFirstToken());
    line("dry", number(100 * result.dryShare()) + " % of the time of those that read");
    line(
        "preemptions",
        result.preemptions() + ", " + result.offloadedBlocks() + " blocks offloaded");
    out.println();
  }

  private static String known(double value) {
    return value < 0 ? "unknown" : number(value);
  }

  /** Writes figures as JSON; nothing without a file. */
  static void writeJson(@Nullable Path file, Object figures) {
    JsonMapper json = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    writeText(file, json.writeValueAsString(figures));
  }

  /** Writes a text; nothing without a file. */
  static void writeText(@Nullable Path file, String text) {
    if (file == null) {
      return;
    }
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new OperatorException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private void offline(OfflineBench.Result result) {
    StepMeter.Reading engine = result.engine();
    line("sequences", result.sequences() + " in " + number(result.seconds()) + " s");
    line("tokens", result.inputTokens() + " in, " + result.outputTokens() + " out");
    line("prefill", number(engine.prefillTokensPerSecond()) + " tok/s");
    line("decode", number(engine.decodeTokensPerSecond()) + " tok/s");
    line(
        "throughput",
        number(result.outputTokensPerSecond())
            + " tok/s out, "
            + number(result.totalTokensPerSecond())
            + " tok/s in and out");
    line("time to first token", engine.timeToFirstToken());
    line("inter-token latency", engine.interTokenLatency());
    line("prefill step", engine.prefillStep());
    line("decode step", engine.decodeStep());
    line("preemptions", String.valueOf(result.preemptions()));
  }

  private void load(LoadResult result) {
    line("load", result.load());
    line("requests", result.completed() + " of " + result.requests() + " completed");
    if (!result.errors().isEmpty()) {
      line("errors", result.errors().toString());
    }
    line("tokens", result.promptTokens() + " in, " + result.outputTokens() + " out");
    line("throughput", number(result.outputTokensPerSecond()) + " tok/s out");
    line(
        "rate",
        number(result.requestsPerSecond())
            + " requests/s, of them within the goals "
            + number(result.goodRequestsPerSecond()));
    line("time to first token", result.timeToFirstToken());
    line("inter-token latency", result.interTokenLatency());
    line("end to end", result.endToEnd());
    line("start delay", result.startDelay());
    out.println();
  }

  private void line(String name, LatencySummary summary) {
    line(
        name,
        "p50 "
            + number(summary.p50Millis())
            + "  p90 "
            + number(summary.p90Millis())
            + "  p99 "
            + number(summary.p99Millis())
            + "  max "
            + number(summary.maxMillis())
            + " ms  ("
            + summary.count()
            + ")");
  }

  private void line(String name, String text) {
    out.println(name + " ".repeat(NAME_WIDTH - name.length()) + text);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }
}
