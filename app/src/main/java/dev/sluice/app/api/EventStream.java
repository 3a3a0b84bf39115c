package dev.sluice.app.api;

import dev.sluice.app.stream.KeepAlive;
import dev.sluice.app.stream.ResumableStream.Numbered;
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

  /** Chunks, and then the end. */
  ResponseEntity<?> of(Flux<?> chunks) {
    return response(withEnd(chunks).map(EventStream::event));
  }

  /** Events that {@link #withEnd} has ended, by numbers that a reader may come back to. */
  ResponseEntity<?> of(String streamId, Flux<Numbered<Object>> events) {
    return withId(streamId)
        .response(
            events.map(event ->
                ServerSentEvent.builder(event.item()).id(streamId + ":" + event.seq()).build()));
  }

  /** The events that chunks become. */
  static Flux<Object> withEnd(Flux<?> chunks) {
    return chunks.<Object>cast(Object.class).concatWithValues(DONE);
  }

  private ResponseEntity<?> response(Flux<ServerSentEvent<Object>> data) {
    ResponseEntity.BodyBuilder response =
        ResponseEntity.ok()
            .contentType(MediaType.TEXT_EVENT_STREAM)
            .header("Cache-Control", "no-cache")
            .header("X-Accel-Buffering", "no"); // or nginx collects the tokens
    if (id != null) {
      response.header(StreamHeaders.ID, id);
    }
    return response.body(events(data));
  }

  private Flux<ServerSentEvent<Object>> events(Flux<ServerSentEvent<Object>> data) {
    return Flux.defer(() -> {
      AtomicBoolean begun = new AtomicBoolean();
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
