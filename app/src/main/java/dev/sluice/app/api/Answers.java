package dev.sluice.app.api;

import dev.sluice.app.lifecycle.OpenRequests;
import dev.sluice.app.lifecycle.ServedModel;
import dev.sluice.app.observe.RequestMetrics;
import java.util.List;
import java.util.OptionalInt;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Starts generations and sends their answers, counted while they are open. */
@Component
final class Answers {
  private final OpenRequests open;
  private final RequestMetrics metrics;

  Answers(OpenRequests open, RequestMetrics metrics) {
    this.open = open;
    this.metrics = metrics;
  }

  /** The choices of all prompts, measured. */
  Generation generation(
      ServedModel model,
      String id,
      List<int[]> prompts,
      int[] maxTokens,
      GenerationOptions options,
      OptionalInt promptLogprobs) {
    Generation generation = Generation.of(model, id, prompts, maxTokens, options, promptLogprobs);
    metrics.accepted(options.n(), maxTokens);
    return generation.measured(metrics);
  }

  /** Streams chunks. */
  Mono<ResponseEntity<?>> stream(Flux<?> chunks) {
    return Mono.just(EventStream.of(open.track(chunks)));
  }

  /** Sends the whole answer once it is there. */
  Mono<ResponseEntity<?>> whole(Mono<?> answer) {
    return open.track(answer.flux()).single().map(ResponseEntity::ok);
  }
}
