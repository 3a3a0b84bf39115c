package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.EngineException.Kind;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class AdmissionTest {
  private final Admission admission = new Admission(3, 1000);

  private static EngineException refusal(Throwable failure) {
    return (EngineException) failure;
  }

  @Test
  void take_moreRequestsThanMayWait_isRefusedAndTakesNothing() {
    admission.take(2, 10);
    assertThatThrownBy(() -> admission.take(2, 10))
        .hasMessageContaining("2 requests are waiting already, the limit is 3")
        .satisfies(e -> assertThat(refusal(e).kind()).isEqualTo(Kind.QUEUE_FULL))
        .satisfies(e -> assertThat(refusal(e).retryAfter()).isEqualTo(Duration.ofSeconds(1)));
    assertThat(admission.waitingRequests()).isEqualTo(2);
    assertThat(admission.waitingTokens()).isEqualTo(10);
  }

  @Test
  void take_moreTokensThanMayWait_saysWhenToComeBackByTheMeasuredRate() {
    admission.measured(5e6);
    admission.take(1, 900);
    assertThatThrownBy(() -> admission.take(1, 101))
        .hasMessageContaining("900 prompt tokens")
        .satisfies(e -> assertThat(refusal(e).retryAfter()).isEqualTo(Duration.ofSeconds(5)));
    admission.take(1, 100);
  }

  @Test
  void take_longRequestAlone_isAdmitted() {
    Admission.Place place = admission.take(1, 5000);
    assertThat(admission.waitingTokens()).isEqualTo(5000);
    assertThatThrownBy(() -> admission.take(1, 1)).isInstanceOf(EngineException.class);
    place.close();
    place.close();
    assertThat(admission.waitingTokens()).as("closing twice gives back once").isZero();
    assertThat(admission.waitingRequests()).isZero();
  }
}
