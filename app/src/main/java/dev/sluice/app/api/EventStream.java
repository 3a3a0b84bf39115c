package dev.sluice.app.api;

import dev.sluice.app.stream.KeepAlive;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.codec.ServerSentEvent;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * An answer as server-sent events. It ends with {@code [DONE]} only if it succeeded: an error
 * before the first byte is a real HTTP status, one after it an error event.
 */
final class EventStream {
  private static final String DONE = "[DONE]";

  private EventStream() {}

  static ResponseEntity<?> of(Flux<?> chunks) {
    return ResponseEntity.ok()
        .contentType(MediaType.TEXT_EVENT_STREAM)
        .header("Cache-Control", "no-cache")
        .header("X-Accel-Buffering", "no") // or nginx collects the tokens
        .body(events(chunks));
  }

  static Flux<ServerSentEvent<Object>> events(Flux<?> chunks) {
    return Flux.defer(() -> {
      AtomicBoolean begun = new AtomicBoolean();
      Flux<ServerSentEvent<Object>> data =
          chunks.<Object>cast(Object.class).concatWithValues(DONE).map(EventStream::event);
      return KeepAlive.within(data, Schedulers.parallel())
          .doOnNext(event -> begun.set(true))
          .onErrorResume(failure ->
              begun.get()
                  ? Flux.just(event(ApiErrors.refusal(failure).body()))
                  : Flux.error(failure));
    });
  }

  private static ServerSentEvent<Object> event(Object data) {
    return ServerSentEvent.builder(data).build();
  }
}
