package dev.sluice.app.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.app.stream.CreditGate.Grant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;

final class CreditGateTest {
  private final AtomicLong requested = new AtomicLong();
  private final Flux<Integer> numbers = Flux.range(0, 10_000).doOnRequest(requested::addAndGet);

  @Test
  void limit_passesTheSmallerOfCreditAndDemand() {
    CreditGate gate = new CreditGate(5);
    StepVerifier.create(gate.limit(numbers), 3)
        .expectNext(0, 1, 2)
        .then(() -> assertThat(requested).hasValue(3))
        .thenRequest(100)
        .expectNext(3, 4)
        .then(() -> assertThat(requested).hasValue(5))
        .then(() -> assertThat(gate.grant(2)).isEqualTo(Grant.ACCEPTED))
        .expectNext(5, 6)
        .then(() -> assertThat(requested).hasValue(7))
        .thenCancel()
        .verify();
  }

  @Test
  void grant_beforeTheSubscription_counts() {
    CreditGate gate = new CreditGate(1);
    assertThat(gate.grant(2)).isEqualTo(Grant.ACCEPTED);

    StepVerifier.create(gate.limit(Flux.range(0, 3))).expectNext(0, 1, 2).verifyComplete();
  }

  @Test
  void grant_beyondTheCap_isVoid() {
    CreditGate gate = new CreditGate(CreditGate.MAX_CREDIT);
    assertThat(gate.grant(1)).isEqualTo(Grant.EXCEEDED);

    StepVerifier.create(gate.limit(numbers), 10)
        .expectNextCount(10)
        .then(() -> assertThat(gate.grant(11)).isEqualTo(Grant.EXCEEDED))
        .then(() -> assertThat(gate.grant(10)).isEqualTo(Grant.ACCEPTED))
        .thenCancel()
        .verify();
    assertThat(gate.grant(1)).isEqualTo(Grant.ENDED);
  }

  @Test
  void grant_afterTheEnd_isVoid() {
    for (Flux<Integer> ending :
        List.of(Flux.<Integer>empty(), Flux.<Integer>error(new IllegalStateException()))) {
      CreditGate gate = new CreditGate(1);
      gate.limit(ending).materialize().blockLast();
      assertThat(gate.grant(1)).isEqualTo(Grant.ENDED);
    }
  }

  @Test
  void grant_outOfRange_isABug() {
    assertThatThrownBy(() -> new CreditGate(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new CreditGate(1).grant(4097)).hasMessageContaining("4096");
  }

  @Test
  void end_needsNoCredit() {
    TestPublisher<Integer> source = TestPublisher.create();
    StepVerifier.create(new CreditGate(1).limit(source.flux()))
        .then(() -> source.next(1))
        .expectNext(1)
        .then(source::complete)
        .verifyComplete();
  }

  @Test
  void grants_fromManyThreads_addUp() throws InterruptedException {
    for (int round = 0; round < 200; round++) {
      CreditGate gate = new CreditGate(1);
      AtomicLong seen = new AtomicLong();
      CountDownLatch all = new CountDownLatch(1001);
      gate.limit(Flux.range(0, 10_000).publishOn(Schedulers.parallel(), 16))
          .doOnNext(n -> seen.incrementAndGet())
          .subscribe(n -> all.countDown());
      Thread[] granters = new Thread[4];
      for (int t = 0; t < granters.length; t++) {
        granters[t] =
            Thread.ofVirtual()
                .start(() -> {
                  for (int i = 0; i < 250; i++) {
                    assertThat(gate.grant(1)).isEqualTo(Grant.ACCEPTED);
                  }
                });
      }
      for (Thread granter : granters) {
        granter.join();
      }

      assertThat(all.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(seen).hasValue(1001);
    }
  }
}
