package dev.sluice.app.cli;

import dev.sluice.app.bench.LatencySummary;
import dev.sluice.app.bench.LoadResult;
import dev.sluice.app.bench.OfflineBench;
import dev.sluice.app.bench.StepMeter;
import java.io.PrintWriter;
import java.util.Locale;

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
