package dev.sluice.app.bench.burst;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** On virtual time the figures are facts, so what the experiment shows can be held to. */
class VirtualBurstTest {
  private static BurstResult run(double load, Policy policy) {
    BurstSpec spec = new BurstSpec(load, 0.5, 20, 60, 256, 300, 5, 15, 512, 7);
    return VirtualBurst.run(spec, Machine.GPU, policy);
  }

  @Test
  void run_sameSeed_givesTheSameFigures() {
    assertThat(run(0.7, Policy.DEMAND_AND_SLACK)).isEqualTo(run(0.7, Policy.DEMAND_AND_SLACK));
  }

  @Test
  void run_burstsNearCapacity_slackCutsTheWaitForTheFirstTokenAndLosesNoThroughput() {
    BurstResult plain = run(0.7, Policy.FCFS);
    BurstResult slack = run(0.7, Policy.DEMAND_AND_SLACK);
    assertThat(slack.timeToFirstToken().p99Millis())
        .isLessThan(0.3 * plain.timeToFirstToken().p99Millis());
    assertThat(slack.generatedTokensPerSecond())
        .isGreaterThan(0.98 * plain.generatedTokensPerSecond());
    assertThat(slack.effectiveTokensPerSecond()).isGreaterThan(plain.effectiveTokensPerSecond());
    assertThat(slack.dryShare()).isLessThan(0.02);
  }

  @Test
  void run_overloaded_moreOfWhatIsGeneratedIsRead() {
    BurstResult plain = run(2, Policy.FCFS);
    BurstResult slack = run(2, Policy.DEMAND_AND_SLACK);
    assertThat(slack.effectiveTokensPerSecond())
        .isGreaterThan(1.1 * plain.effectiveTokensPerSecond());
    assertThat(slack.generatedTokensPerSecond())
        .isGreaterThan(0.95 * plain.generatedTokensPerSecond());
  }
}
