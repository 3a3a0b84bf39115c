package dev.sluice.app.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.stream.StreamState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.test.scheduler.VirtualTimeScheduler;

final class KeepAliveTest {
  private final VirtualTimeScheduler time = VirtualTimeScheduler.create();
  private final Sinks.Many<ServerSentEvent<String>> items =
      Sinks.many().unicast().onBackpressureBuffer();
  private final List<String> seen = new ArrayList<>();
  private @Nullable StreamState state;

  /** Reads only what a test asks for. */
  private final BaseSubscriber<ServerSentEvent<String>> reader =
      new BaseSubscriber<>() {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {}

        @Override
        protected void hookOnNext(ServerSentEvent<String> event) {
          seen.add(event.data() == null ? ":" + event.comment() : event.data());
        }

        @Override
        protected void hookOnComplete() {
          seen.add("end");
        }

        @Override
        protected void hookOnError(Throwable failure) {
          seen.add(String.valueOf(failure.getMessage()));
        }
      };

  private void start(long demand) {
    Flux<ServerSentEvent<String>> kept = KeepAlive.within(items.asFlux(), () -> state, time);
    kept.subscribe(reader);
    reader.request(demand);
  }

  private void item(String data) {
    assertThat(items.tryEmitNext(ServerSentEvent.builder(data).build()))
        .isEqualTo(Sinks.EmitResult.OK);
  }

  private void pass(int seconds) {
    time.advanceTimeBy(Duration.ofSeconds(seconds));
  }

  @Test
  void within_silence_commentsAfterTwoSecondsThenEveryFifteen() {
    start(Long.MAX_VALUE);
    pass(1);
    assertThat(seen).isEmpty();
    pass(1);
    assertThat(seen).containsExactly(":keep-alive");
    pass(14);
    assertThat(seen).containsExactly(":keep-alive");
    pass(1);
    assertThat(seen).containsExactly(":keep-alive", ":keep-alive");
  }

  @Test
  void within_items_startTheSilenceAnew() {
    start(Long.MAX_VALUE);
    for (int i = 0; i < 5; i++) {
      pass(1);
      item("token");
    }

    assertThat(seen).containsOnly("token").hasSize(5);
  }

  @Test
  void within_noDemand_neverOverflowsAndSendsOneCommentAtMost() {
    start(0);
    pass(10_000);
    item("token");
    reader.request(10);

    assertThat(seen.stream().filter(":keep-alive"::equals)).hasSizeLessThanOrEqualTo(1);
    assertThat(seen).contains("token");
  }

  @Test
  void within_end_endsTheCommentsToo() {
    start(Long.MAX_VALUE);
    item("token");
    items.tryEmitComplete().orThrow();
    pass(100);

    assertThat(seen).containsExactly("token", "end");
  }

  @Test
  void within_error_doesNotOvertakeItems() {
    start(0);
    item("token");
    items.tryEmitError(new IllegalStateException("failed")).orThrow();
    reader.request(10);

    assertThat(seen).endsWith("token", "failed");
  }

  @Test
  void within_silence_saysTheStateAndItsChangesAtOnce() {
    state = new StreamState.Queued(3);
    start(Long.MAX_VALUE);
    pass(1);
    state = new StreamState.Queued(2);
    pass(1);
    assertThat(seen).containsExactly(":queued position=2");

    state = new StreamState.Prefill(128, 512);
    time.advanceTimeBy(Duration.ofMillis(250));
    state = new StreamState.Stalled();
    time.advanceTimeBy(Duration.ofMillis(250));
    assertThat(seen).containsExactly(":queued position=2", ":prefill 128/512", ":stalled");

    pass(14);
    assertThat(seen).hasSize(3);
    pass(1);
    assertThat(seen).hasSize(4).endsWith(":stalled");
  }

  @Test
  void text_everyState_hasItsWords() {
    assertThat(KeepAlive.text(null)).isEqualTo("keep-alive");
    assertThat(KeepAlive.text(new StreamState.Running())).isEqualTo("keep-alive");
    assertThat(KeepAlive.text(new StreamState.Paused())).isEqualTo("paused");
    assertThat(KeepAlive.text(new StreamState.Preempted(true))).isEqualTo("preempted");
    assertThat(KeepAlive.text(new StreamState.Resumed())).isEqualTo("resumed");
  }
}
