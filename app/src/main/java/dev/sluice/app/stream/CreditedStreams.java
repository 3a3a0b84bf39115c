package dev.sluice.app.stream;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** The open streams whose credits come by requests of their own, by id. */
@Component
public final class CreditedStreams {
  private final ConcurrentMap<String, Entry> open = new ConcurrentHashMap<>();

  private record Entry(String tenant, CreditGate gate) {}

  /** The same stream, whose gate is found while it is open. */
  public <T> Flux<T> open(String id, String tenant, CreditGate gate, Flux<T> stream) {
    return Flux.defer(() -> {
      open.put(id, new Entry(tenant, gate));
      return stream.doFinally(signal -> open.remove(id));
    });
  }

  /**
   * The gate of a tenant's stream; null if it has none of that id, as if another's weren't there.
   */
  public @Nullable CreditGate find(String id, String tenant) {
    Entry entry = open.get(id);
    return entry == null || !entry.tenant().equals(tenant) ? null : entry.gate();
  }
}
