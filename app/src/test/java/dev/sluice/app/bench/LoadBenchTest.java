package dev.sluice.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.client.Chunk;
import dev.sluice.app.client.FakeServer;
import dev.sluice.app.client.OpenAiClient;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

final class LoadBenchTest {
  private static final String TWO_TOKENS =
      """
      data: {"choices":[{"text":"a"}]}

      data: {"choices":[{"text":"b"}]}

      """;
  private static final String USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":5}}\n\n";
  private static final String DONE = "data: [DONE]\n\n";

  @Test
  void closedLoop_serverCounts_countsAsTheServerDoes() throws IOException {
    LoadResult result = closedLoop(200, TWO_TOKENS + USAGE + DONE);

    assertThat(result.completed()).isEqualTo(12);
    assertThat(result.outputTokens()).isEqualTo(60);
    assertThat(result.promptTokens()).isEqualTo(108);
    assertThat(result.timeToFirstToken().count()).isEqualTo(12);
    assertThat(result.interTokenLatency().count()).isEqualTo(12);
    assertThat(result.goodRequestsPerSecond()).isEqualTo(result.requestsPerSecond());
  }

  @Test
  void closedLoop_serverDoesNotCount_countsEvents() throws IOException {
    assertThat(closedLoop(200, TWO_TOKENS + DONE).outputTokens()).isEqualTo(24);
  }

  @Test
  void closedLoop_refused_countsErrorsByKind() throws IOException {
    LoadResult result = closedLoop(503, "");

    assertThat(result.completed()).isZero();
    assertThat(result.errors()).isEqualTo(Map.of("http_503", 12));
    assertThat(result.endToEnd().count()).isZero();
  }

  @Test
  void openLoop_everyRequest_isSentOnceWithItsOwnPrompt() throws IOException {
    try (FakeServer server = new FakeServer();
        OpenAiClient client = client(server)) {
      server.answers(200, TWO_TOKENS + DONE);

      LoadResult result = new LoadBench(client, spec(0)).openLoop(1000, BenchProgress.NONE);

      assertThat(result.completed()).isEqualTo(12);
      assertThat(server.requests()).hasSize(12).doesNotHaveDuplicates();
    }
  }

  @Test
  void trace_sentLate_countsFromTheIntendedStart() {
    RequestTrace trace = new RequestTrace(1000);

    long first = trace.accept(new Chunk(6000, "a", -1, -1));
    long second = trace.accept(new Chunk(6500, "b", -1, -1));
    long silent = trace.accept(new Chunk(9000, "", 3, 7));

    assertThat(trace.timeToFirstTokenNanos()).isEqualTo(5000);
    assertThat(new long[] {first, second, silent}).containsExactly(-1, 500, -1);
    assertThat(trace.outputTokens()).isEqualTo(3);
    assertThat(trace.meanInterTokenNanos()).isEqualTo(250);
  }

  @Test
  void recorder_slowerThanTheGoal_isNotGood() {
    LoadRecorder recorder = new LoadRecorder(spec(1));
    RequestTrace slow = trace(TimeUnit.MILLISECONDS.toNanos(2));
    RequestTrace fast = trace(TimeUnit.MICROSECONDS.toNanos(500));

    recorder.completed(slow, 10_000_000);
    recorder.completed(fast, 10_000_000);
    LoadResult result = recorder.result("test", TimeUnit.SECONDS.toNanos(1));

    assertThat(result.requestsPerSecond()).isEqualTo(2);
    assertThat(result.goodRequestsPerSecond()).isEqualTo(1);
  }

  @Test
  void poisson_sameSeed_givesTheSameArrivalsAtTheRate() {
    long[] arrivals = Arrivals.poisson(20_000, 50, 7);

    assertThat(arrivals).isSorted().isEqualTo(Arrivals.poisson(20_000, 50, 7));
    assertThat(arrivals).isNotEqualTo(Arrivals.poisson(20_000, 50, 8));
    double seconds = arrivals[arrivals.length - 1] / 1e9;
    assertThat(20_000 / seconds).isCloseTo(50, Percentage.withPercentage(3));
    assertThat(shareOfGapsAbove(arrivals, 1 / 50.0))
        .isCloseTo(Math.exp(-1), Percentage.withPercentage(5));
  }

  private static double shareOfGapsAbove(long[] arrivals, double seconds) {
    long[] gaps = new long[arrivals.length - 1];
    Arrays.setAll(gaps, i -> arrivals[i + 1] - arrivals[i]);
    return (double) Arrays.stream(gaps).filter(gap -> gap > seconds * 1e9).count() / gaps.length;
  }

  private static RequestTrace trace(long timeToFirstTokenNanos) {
    RequestTrace trace = new RequestTrace(0);
    trace.accept(new Chunk(timeToFirstTokenNanos, "a", -1, -1));
    return trace;
  }

  private static LoadResult closedLoop(int status, String answer) throws IOException {
    try (FakeServer server = new FakeServer();
        OpenAiClient client = client(server)) {
      server.answers(status, answer);
      return new LoadBench(client, spec(0)).closedLoop(3, BenchProgress.NONE);
    }
  }

  private static OpenAiClient client(FakeServer server) {
    return new OpenAiClient(server.uri(), null, Duration.ofSeconds(10));
  }

  private static LoadSpec spec(long goalMillis) {
    return new LoadSpec(
        "completions", "m", 12, 16, 4, 0, Duration.ofMillis(goalMillis), Duration.ZERO);
  }
}
