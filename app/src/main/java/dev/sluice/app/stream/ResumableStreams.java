package dev.sluice.app.stream;

import dev.sluice.app.SluiceProperties;
import dev.sluice.app.stream.ResumableStream.Numbered;
import dev.sluice.engine.stream.StreamState;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/** The streams that their readers may come back to, by id. */
@Component
public final class ResumableStreams {
  /** Each may keep about a megabyte for as long as the grace period. */
  static final int MAX_STREAMS = 256;

  private static final long BEFORE_THE_FIRST = -1;

  private final ConcurrentMap<String, Resumable> kept = new ConcurrentHashMap<>();
  private final Duration grace;

  ResumableStreams(SluiceProperties properties) {
    grace = properties.resumeGrace();
  }

  /**
   * A stream that its reader may come back to.
   *
   * @param tenant whose it is
   * @param state what its reader may know of why events come or don't
   */
  public record Resumable(
      String tenant, ResumableStream<Object> stream, Supplier<@Nullable StreamState> state) {

    /** Its events after one, on behalf of a reader that takes it over from whoever reads it. */
    public Flux<Numbered<Object>> after(long seq) {
      return stream.after(seq);
    }
  }

  /** Whether no more can be kept. */
  public boolean isFull() {
    return kept.size() >= MAX_STREAMS;
  }

  /** The same events, numbered, and kept for whoever comes back to them. */
  public Flux<Numbered<Object>> open(
      String id, String tenant, Supplier<@Nullable StreamState> state, Flux<Object> events) {
    return Flux.defer(() -> {
      ResumableStream<Object> stream =
          new ResumableStream<>(grace, Schedulers.parallel(), () -> kept.remove(id));
      kept.put(id, new Resumable(tenant, stream, state));
      stream.connect(events);
      return stream.after(BEFORE_THE_FIRST);
    });
  }

  /** A tenant's stream; null if it has none of that id, as if another's weren't there. */
  public @Nullable Resumable find(String id, String tenant) {
    Resumable resumable = kept.get(id);
    return resumable == null || !resumable.tenant().equals(tenant) ? null : resumable;
  }
}
