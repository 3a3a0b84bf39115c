package dev.sluice.app.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.stream.ResumableStream.Numbered;
import dev.sluice.app.stream.ResumeException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

final class ResumableStreamTest {
  private static final long START = -1;

  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final AtomicLong requested = new AtomicLong();
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final AtomicInteger gone = new AtomicInteger();
  private final ResumableStream<Integer> stream =
      new ResumableStream<>(Duration.ofSeconds(60), time, gone::incrementAndGet);

  private void connect(Flux<Integer> items) {
    stream.connect(items.doOnRequest(requested::addAndGet).doOnCancel(() -> cancelled.set(true)));
  }

  private static List<Numbered<Integer>> numbers(long from, long to) {
    return LongStream.range(from, to).mapToObj(n -> new Numbered<>(n, (int) n)).toList();
  }

  private void read(long after, int count) {
    StepVerifier.create(stream.after(after), count)
        .expectNextSequence(numbers(after + 1, after + 1 + count))
        .thenCancel()
        .verify();
  }

  @Test
  void reader_thatLeaves_leavesTheSourceWithoutDemand() {
    connect(Flux.range(0, 100));
    read(START, 10);

    assertThat(requested).hasValue(10);
    assertThat(cancelled).isFalse();
  }

  @Test
  void reader_thatComesBack_goesOnExactlyAfterItsLastEvent() {
    connect(Flux.range(0, 100));
    read(START, 10);
    read(6, 20); // it had got 7 of 10
    assertThat(requested).hasValue(27);

    StepVerifier.create(stream.after(26)).expectNextSequence(numbers(27, 100)).verifyComplete();
  }

  @Test
  void grace_over_cancelsTheSource() {
    connect(Flux.range(0, 100));
    read(START, 10);
    time.advanceTimeBy(Duration.ofSeconds(59));
    assertThat(gone).hasValue(0);
    time.advanceTimeBy(Duration.ofSeconds(1));

    assertThat(gone).hasValue(1);
    assertThat(cancelled).isTrue();
  }

  @Test
  void grace_readerLeavesBeforeItIsThere_isCountedFromThen() {
    connect(Flux.range(0, 100));
    stream
        .after(START)
        .subscribe(
            new BaseSubscriber<>() {
              @Override
              protected void hookOnSubscribe(Subscription subscription) {
                subscription.cancel();
              }
            });
    time.advanceTimeBy(Duration.ofSeconds(60));

    assertThat(gone).hasValue(1);
    assertThat(cancelled).isTrue();
  }

  @Test
  void grace_over_refusesWhoeverComesTooLate() {
    connect(Flux.range(0, 100));
    read(START, 10);
    time.advanceTimeBy(Duration.ofSeconds(60));

    StepVerifier.create(stream.after(9))
        .verifyErrorSatisfies(
            e -> assertThat(((ResumeException) e).kind()).isEqualTo(Kind.EVENTS_LOST));
  }

  @Test
  void grace_beginsAnewWithEveryReader() {
    connect(Flux.range(0, 100));
    for (int i = 0; i < 5; i++) {
      read(START, 10);
      time.advanceTimeBy(Duration.ofSeconds(59));
    }

    assertThat(gone).hasValue(0);
  }

  @Test
  void end_isKeptForTheGracePeriod() {
    connect(Flux.range(0, 20));
    StepVerifier.create(stream.after(START)).expectNextCount(20).verifyComplete();

    StepVerifier.create(stream.after(15)).expectNextSequence(numbers(16, 20)).verifyComplete();
    StepVerifier.create(stream.after(19)).verifyComplete();
    time.advanceTimeBy(Duration.ofSeconds(60));
    assertThat(gone).hasValue(1);
    assertThat(cancelled).isFalse();
  }

  @Test
  void failure_comesAfterWhatIsKept() {
    connect(Flux.range(0, 3).concatWith(Flux.error(new IllegalStateException("failed"))));
    read(START, 3);

    StepVerifier.create(stream.after(0)).expectNextCount(2).verifyErrorMessage("failed");
  }

  @Test
  void refusal_leavesNothingToComeBackTo() {
    connect(Flux.error(new IllegalStateException("refused")));
    StepVerifier.create(stream.after(START)).verifyErrorMessage("refused");

    assertThat(gone).hasValue(1);
  }

  @Test
  void event_thatIsNotKept_isLost() {
    connect(Flux.range(0, 10_000));
    read(START, 5_000);

    StepVerifier.create(stream.after(5_000 - ResumableStream.MAX_KEPT - 2))
        .verifyErrorSatisfies(
            e -> assertThat(((ResumeException) e).kind()).isEqualTo(Kind.EVENTS_LOST));
    read(5_000 - ResumableStream.MAX_KEPT - 1, 10);
  }

  @Test
  void event_thatNeverWas_isUnknown() {
    connect(Flux.range(0, 100));
    read(START, 5);

    StepVerifier.create(stream.after(5))
        .verifyErrorSatisfies(
            e -> assertThat(((ResumeException) e).kind()).isEqualTo(Kind.UNKNOWN_EVENT));
  }

  @Test
  void secondReader_takesOver() {
    connect(Flux.range(0, 100));
    StepVerifier first =
        StepVerifier.create(stream.after(START), 5)
            .expectNextCount(5)
            .then(() -> read(2, 10))
            .expectErrorSatisfies(
                e -> assertThat(((ResumeException) e).kind()).isEqualTo(Kind.TAKEN_OVER))
            .verifyLater();
    first.verify();
  }

  @Test
  void readers_comingAndGoingWhileItFlows_missNothing() {
    for (int round = 0; round < 100; round++) {
      ResumableStream<Integer> racing =
          new ResumableStream<>(Duration.ofSeconds(60), time, () -> {});
      racing.connect(Flux.range(0, 1_000).publishOn(Schedulers.parallel(), 16));
      long last = START;
      while (last < 999) {
        List<Long> seen = racing.after(last).take(37).map(Numbered::seq).toStream().toList();
        assertThat(seen).isNotEmpty();
        for (long seq : seen) {
          assertThat(seq).isEqualTo(++last);
        }
      }
    }
  }
}
