package dev.sluice.app.stream;

import dev.sluice.app.SluiceProperties;
import dev.sluice.app.stream.ResumableStream.Numbered;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
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

  private final ConcurrentMap<String, Resumable<?>> kept = new ConcurrentHashMap<>();
  private final Duration grace;

  ResumableStreams(SluiceProperties properties) {
    grace = properties.resumeGrace();
  }

  /**
   * A stream that its reader may come back to.
   *
   * @param tenant whose it is
   * @param answer what it streams, in the shape of the wire that it was opened on
   * @param <A> that shape: a stream is resumed on a wire of the same kind
   */
  public record Resumable<A>(String tenant, ResumableStream<Object> stream, A answer) {

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
  public <A> Flux<Numbered<Object>> open(String id, String tenant, A answer, Flux<Object> events) {
    return Flux.defer(() -> {
      ResumableStream<Object> stream =
          new ResumableStream<>(grace, Schedulers.parallel(), () -> kept.remove(id));
      kept.put(id, new Resumable<>(tenant, stream, answer));
      stream.connect(events);
      return stream.after(BEFORE_THE_FIRST);
    });
  }

  /**
   * A tenant's stream; null if it has none of that id on that kind of wire, as if another's weren't
   * there.
   */
  public <A> @Nullable Resumable<A> find(String id, String tenant, Class<A> wire) {
    Resumable<?> resumable = kept.get(id);
    return resumable == null
            || !resumable.tenant().equals(tenant)
            || !wire.isInstance(resumable.answer())
        ? null
        : new Resumable<>(tenant, resumable.stream(), wire.cast(resumable.answer()));
  }
}
