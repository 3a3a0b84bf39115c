package dev.sluice.engine.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.engine.scheduler.Sequence;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ReaderPaceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final ReaderPace pace = new ReaderPace();

  @Test
  void dryAtNanos_noFeedbackYet_isUnknown() {
    assertThat(pace.dryAtNanos(64, 0, 1)).isEqualTo(Sequence.NO_LEAD);
    assertThat(pace.dryAtNanos(64, 40, SECOND)).isEqualTo(Sequence.NO_LEAD);
    assertThat(pace.lead(40)).isZero();
  }

  @Test
  void dryAtNanos_unboundedReader_isUnknown() {
    assertThat(pace.dryAtNanos(Long.MAX_VALUE, 1000, SECOND)).isEqualTo(Sequence.NO_LEAD);
  }

  @Test
  void dryAtNanos_creditsForHalfTheWindow_tellRateAndLead() {
    pace.dryAtNanos(64, 1, SECOND);
    pace.dryAtNanos(64, 64, 2 * SECOND);
    long dryAt = pace.dryAtNanos(96, 64, 5 * SECOND); // 32 read in 4 s
    assertThat(pace.rate()).isCloseTo(8, within(0.01));
    assertThat(pace.lead(64)).isEqualTo(32);
    assertThat(dryAt).isEqualTo(9 * SECOND);
    assertThat(pace.dryAtNanos(96, 80, 6 * SECOND)).as("16 more").isEqualTo(11 * SECOND);
  }

  @Test
  void dryAtNanos_readerWasStarved_keepsTheFasterRate() {
    pace.dryAtNanos(8, 8, SECOND);
    pace.dryAtNanos(12, 8, 2 * SECOND); // 4 per second
    pace.dryAtNanos(16, 8, 20 * SECOND); // had read all 8, and waited
    assertThat(pace.rate()).isCloseTo(4, within(0.01));
  }

  @Test
  void dryAtNanos_readerSlowsDown_followsIt() {
    pace.dryAtNanos(64, 64, SECOND);
    pace.dryAtNanos(74, 74, 2 * SECOND);
    long granted = 74;
    for (int i = 0; i < 20; i++) {
      granted += 5;
      pace.dryAtNanos(granted, granted, (3 + i) * SECOND);
    }
    assertThat(pace.rate()).isCloseTo(5, within(0.1));
  }
}
