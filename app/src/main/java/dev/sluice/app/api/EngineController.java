package dev.sluice.app.api;

import dev.sluice.engine.EngineView;
import dev.sluice.engine.SequenceAction;
import dev.sluice.engine.SequenceInfo;
import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.spring.ModelHolder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * {@code /v1/engine}: what the engine does at this moment, and a word with single sequences.
 *
 * <p>A key's holder sees and moves its own sequences only; where no key is needed, everybody's.
 */
@RestController
final class EngineController {
  /** How often the view is sent: as often as an eye can follow. */
  private static final Duration VIEW_PERIOD = Duration.ofMillis(200);

  private static final int MAX_BODY_BYTES = 1024;

  private final ModelHolder holder;

  EngineController(ModelHolder holder) {
    this.holder = holder;
  }

  @GetMapping("/v1/engine/sequences")
  Mono<Map<String, Object>> sequences(ServerWebExchange exchange) {
    return Tenant.of(exchange)
        .flatMap(tenant -> view().map(view -> own(view.sequences(), tenant)))
        .map(sequences -> Map.of("object", "list", "data", sequences));
  }

  @GetMapping("/v1/engine/sequences/{id}")
  Mono<EngineJson.SequenceState> sequence(
      @PathVariable("id") String id, ServerWebExchange exchange) {
    return Tenant.of(exchange)
        .flatMap(tenant -> view().map(view -> own(view.sequences(), tenant)))
        .map(sequences ->
            sequences.stream()
                .filter(sequence -> sequence.id().equals(id))
                .findFirst()
                .orElseThrow(() -> unknown(id)));
  }

  /** A view some times a second, dropped while the reader does not take it. */
  @GetMapping(path = "/v1/engine/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
  Flux<ServerSentEvent<EngineJson.State>> events(ServerWebExchange exchange) {
    return Tenant.of(exchange)
        .flatMapMany(tenant ->
            Flux.interval(Duration.ZERO, VIEW_PERIOD)
                .onBackpressureDrop()
                .concatMap(tick -> view(), 1)
                .map(view ->
                    ServerSentEvent.builder(
                            EngineJson.State.of(view, own(view.sequences(), tenant)))
                        .build()));
  }

  @PostMapping("/v1/engine/sequences/{id}/{action}")
  Mono<Map<String, Object>> act(
      @PathVariable("id") String id,
      @PathVariable("action") String action,
      ServerWebExchange exchange) {
    return RequestBody.read(exchange.getRequest(), MAX_BODY_BYTES)
        .defaultIfEmpty(new byte[0])
        .map(body -> action(action, body))
        .zipWith(Tenant.of(exchange))
        .flatMap(asked -> holder.require().engine().control(id, asked.getT2(), asked.getT1()))
        .map(done -> {
          if (!done) {
            throw unknown(id);
          }
          return Map.of("id", id, "action", action);
        });
  }

  private static SequenceAction action(String name, byte[] body) {
    return switch (name) {
      case "pause" -> new SequenceAction.Hold();
      case "resume" -> new SequenceAction.Release();
      case "abort" -> new SequenceAction.Abort();
      case "reprioritise", "reprioritize" -> new SequenceAction.Reprioritise(priority(body));
      default ->
          throw ApiException.of(
              HttpStatus.NOT_FOUND,
              null,
              Fields.printable(name, 32)
                  + " can't be done to a sequence; pause, resume, abort and reprioritise can");
    };
  }

  private static int priority(byte[] body) {
    Fields fields = new Fields(StrictJson.parse(body), "");
    return fields
        .integer("priority", SchedulingParams.MIN_PRIORITY, SchedulingParams.MAX_PRIORITY)
        .orElseThrow(() ->
            ApiException.invalid("priority", "priority is missing; give one, lower is earlier"));
  }

  private static ApiException unknown(String id) {
    return ApiException.of(
        HttpStatus.NOT_FOUND,
        "sequence_not_found",
        "no sequence " + Fields.printable(id, 64) + " is live; it may have ended");
  }

  private Mono<EngineView> view() {
    return holder.require().engine().view();
  }

  private static List<EngineJson.SequenceState> own(List<SequenceInfo> sequences, String tenant) {
    return sequences.stream()
        .filter(sequence -> sequence.tenant().equals(tenant))
        .map(EngineJson.SequenceState::of)
        .toList();
  }
}
