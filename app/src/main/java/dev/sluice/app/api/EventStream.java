package dev.sluice.app.api;

import dev.sluice.app.stream.KeepAlive;
import dev.sluice.engine.stream.StreamState;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
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

  private final Supplier<@Nullable StreamState> state;
  private final @Nullable String id;

  /** One that tells its reader this state while there is nothing else to tell. */
  EventStream(Supplier<@Nullable StreamState> state) {
    this(state, null);
  }

  private EventStream(Supplier<@Nullable StreamState> state, @Nullable String id) {
    this.state = state;
    this.id = id;
  }

  /** The same with an id in its header, for a stream that further requests will name. */
  EventStream withId(String streamId) {
    return new EventStream(state, streamId);
  }

  ResponseEntity<?> of(Flux<?> chunks) {
    ResponseEntity.BodyBuilder response =
        ResponseEntity.ok()
            .contentType(MediaType.TEXT_EVENT_STREAM)
            .header("Cache-Control", "no-cache")
            .header("X-Accel-Buffering", "no"); // or nginx collects the tokens
    if (id != null) {
      response.header(StreamHeaders.ID, id);
    }
    return response.body(events(chunks));
  }

  private Flux<ServerSentEvent<Object>> events(Flux<?> chunks) {
    return Flux.defer(() -> {
      AtomicBoolean begun = new AtomicBoolean();
      Flux<ServerSentEvent<Object>> data =
          chunks.<Object>cast(Object.class).concatWithValues(DONE).map(EventStream::event);
      return KeepAlive.within(data, state, Schedulers.parallel())
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
