package dev.sluice.app.observe;

import dev.sluice.engine.EngineException.Kind;
import dev.sluice.spring.VllmMeters;
import dev.sluice.spring.text.TextDelta;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SignalType;

/** What the HTTP side knows of requests: parameters, refusals and how choices ended. */
@Component
public final class RequestMetrics {
  /** Buckets of vLLM's. */
  private static final double[] CHOICES = {1, 2, 5, 10, 20};

  private final Map<String, Counter> finished = new HashMap<>();
  private final VllmMeters meters;
  private final DistributionSummary choices;
  private final DistributionSummary maxTokens;
  private final Counter unknownFields;

  RequestMetrics(VllmMeters meters) {
    this.meters = meters;
    for (String reason : new String[] {"stop", "length", "abort", "error", "repetition"}) {
      finished.put(reason, meters.counter("request_success", "finished_reason", reason));
    }
    choices = meters.histogram("request_params_n", CHOICES);
    maxTokens = meters.lengths("request_params_max_tokens");
    unknownFields = Counter.builder("sluice.request.unknown.fields").register(meters.registry());
    for (Kind kind : new Kind[] {Kind.QUEUE_FULL, Kind.QUEUE_TIMEOUT, Kind.SHUTTING_DOWN}) {
      meters.rejected(kind);
    }
  }

  /** A request was accepted; one {@code maxTokens} per prompt. */
  public void accepted(int n, int[] maxTokensPerPrompt) {
    choices.record(n);
    for (int max : maxTokensPerPrompt) {
      maxTokens.record(max);
    }
  }

  public void unknownFields(long count) {
    unknownFields.increment((double) count);
  }

  /** A request was refused before it ran. */
  public void rejected(Kind kind) {
    meters.rejected(kind).increment();
  }

  /** The same choice, whose end is counted once, by its own finish, an error or a cancel. */
  public Flux<TextDelta> measure(Flux<TextDelta> choice) {
    return Flux.defer(() -> {
      AtomicReference<String> reason = new AtomicReference<>("abort");
      return choice
          .doOnNext(delta -> {
            if (delta.finish() != null) {
              reason.set(delta.finish().reason());
            }
          })
          .doFinally(signal -> count(signal, reason.get()));
    });
  }

  private void count(SignalType signal, String reason) {
    Counter counter = finished.get(signal == SignalType.ON_ERROR ? "error" : reason);
    if (counter != null) {
      counter.increment();
    }
  }
}
