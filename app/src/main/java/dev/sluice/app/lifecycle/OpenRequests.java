package dev.sluice.app.lifecycle;

import dev.sluice.engine.EngineException;
import dev.sluice.engine.EngineException.Kind;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** The answers under way, so that a drain can wait for them and end what is left. */
@Component
public final class OpenRequests {
  private final AtomicInteger count = new AtomicInteger();
  private final Sinks.Empty<Void> cut = Sinks.empty();

  /** The same answer, counted while it is open; fails with {@code SHUTTING_DOWN} once cut. */
  public <T> Flux<T> track(Flux<T> answer) {
    return Flux.defer(() -> {
      count.incrementAndGet();
      return answer.takeUntilOther(cut.asMono()).doFinally(signal -> count.decrementAndGet());
    });
  }

  public int count() {
    return count.get();
  }

  /** Ends what is open by an error. */
  void cut() {
    cut.tryEmitError(new EngineException(Kind.SHUTTING_DOWN, "the server is shutting down"));
  }
}
