package dev.sluice.app.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineConfig;
import dev.sluice.engine.testkit.WitnessBackend;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class OfflineBenchTest {

  @Test
  void run_everySequence_generatesItsWholeLength() {
    StepMeter meter = new StepMeter();
    EngineConfig config = new EngineConfig(4, 32, 512, true, 100, Duration.ofSeconds(60), 4);
    try (Engine engine =
        Engine.start(config, new WitnessBackend(64, 16, 32), new int[] {1, 2, 3}, meter)) {
      Workload workload = Workload.random(6, 20, 30, false, 1000, 5);
      OfflineBench bench = new OfflineBench(engine, meter);
      bench.warmUp(workload);
      AtomicLong progress = new AtomicLong();

      OfflineBench.Result result = bench.run(workload, (done, total) -> progress.set(total));

      assertThat(result.inputTokens()).isEqualTo(120);
      assertThat(result.outputTokens()).isEqualTo(180);
      assertThat(progress).hasValue(180);
      assertThat(result.engine().timeToFirstToken().count()).isEqualTo(6);
      assertThat(result.engine().interTokenLatency().count()).isEqualTo(174);
      assertThat(result.engine().decodeTokensPerSecond()).isPositive();
    }
  }

  @Test
  void meter_mixedStep_countsAsPrefill() {
    StepMeter meter = new StepMeter();
    meter.onFirstToken(0, 10);
    meter.onStep(100, 1_000_000_000, 0); // 100 of the prompt
    meter.onInterTokenLatency(1);
    meter.onFirstToken(0, 10);
    meter.onStep(51, 1_000_000_000, 0); // 1 decoded, 50 of another prompt
    meter.onInterTokenLatency(1);
    meter.onInterTokenLatency(1);
    meter.onStep(2, 500_000_000, 0); // 2 decoded

    StepMeter.Reading reading = meter.read();

    assertThat(reading.prefillTokensPerSecond()).isEqualTo(75);
    assertThat(reading.decodeTokensPerSecond()).isEqualTo(4);
    assertThat(reading.prefillStep().count()).isEqualTo(2);
    assertThat(reading.decodeStep().count()).isEqualTo(1);
  }

  @Test
  void workload_sameSeed_givesTheSamePromptsWithinBounds() {
    Workload workload = Workload.random(50, 80, 40, true, 300, 9);

    assertThat(workload.prompts())
        .allSatisfy(prompt -> assertThat(prompt).hasSizeBetween(10, 80))
        .allSatisfy(prompt -> assertThat(IntStream.of(prompt)).allMatch(id -> id >= 0 && id < 300));
    assertThat(IntStream.of(workload.outputTokens()))
        .allMatch(tokens -> tokens >= 5 && tokens <= 40);
    assertThat(workload.prompts().toArray(int[][]::new))
        .isDeepEqualTo(Workload.random(50, 80, 40, true, 300, 9).prompts().toArray(int[][]::new));
  }

  @Test
  void summary_knownDurations_givesPercentiles() {
    LatencyRecorder recorder = new LatencyRecorder();
    for (int millis = 1; millis <= 100; millis++) {
      recorder.recordNanos(millis * 1_000_000L);
    }

    LatencySummary summary = recorder.summary();

    assertThat(summary.count()).isEqualTo(100);
    assertThat(summary.p50Millis()).isBetween(50.0, 50.1);
    assertThat(summary.p99Millis()).isBetween(99.0, 99.2);
    assertThat(summary.maxMillis()).isBetween(100.0, 100.2);
  }
}
