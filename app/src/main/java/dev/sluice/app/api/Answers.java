package dev.sluice.app.api;

import dev.sluice.app.lifecycle.OpenRequests;
import dev.sluice.app.observe.RequestMetrics;
import dev.sluice.spring.ServedModel;
import java.util.List;
import java.util.OptionalInt;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;

/** Starts generations, counted while they are open. */
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
      String tenant,
      OptionalInt promptLogprobs) {
    Generation generation =
        Generation.of(model, id, prompts, maxTokens, options, tenant, promptLogprobs);
    metrics.accepted(options.n(), maxTokens);
    return generation.measured(metrics);
  }

  /** The same answer, which a drain waits for and cuts off in the end. */
  <T> Flux<T> tracked(Flux<T> answer) {
    return open.track(answer);
  }
}
