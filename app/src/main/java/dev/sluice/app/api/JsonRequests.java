package dev.sluice.app.api;

import dev.sluice.app.observe.RequestMetrics;
import dev.sluice.engine.Admission;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineException;
import dev.sluice.spring.ModelHolder;
import dev.sluice.spring.ServedModel;
import java.util.concurrent.Callable;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes in JSON requests for the served model: checks that there is one and room for another
 * request, then parses and tokenises on threads of its own, never on an event loop.
 */
@Component
final class JsonRequests {
  private static final int MAX_PENDING = 1024;

  /** What a request's tokens are counted at until they can be: JSON around English prose. */
  private static final int BYTES_PER_TOKEN = 4;

  private final ModelHolder holder;
  private final RequestMetrics metrics;
  private final Scheduler workers =
      Schedulers.newBoundedElastic(
          Math.max(2, Runtime.getRuntime().availableProcessors()), MAX_PENDING, "request");

  JsonRequests(ModelHolder holder, RequestMetrics metrics) {
    this.holder = holder;
    this.metrics = metrics;
  }

  /** What a route makes of a request. */
  @FunctionalInterface
  interface Handler<T> {
    T handle(ServedModel model, Fields fields);
  }

  /**
   * Reads a request that generates, if the queue has room for it. The first look, at the head,
   * refuses a burst early and keeps no place: a client may be minutes late with its body, or never
   * send what it has announced.
   */
  <T> Mono<T> generate(ServerHttpRequest request, Handler<T> handler) {
    return Mono.defer(() -> {
      ServedModel model = holder.require();
      place(model.engine(), Math.max(0, request.getHeaders().getContentLength())).close();
      return RequestBody.read(request)
          .flatMap(body ->
              Mono.using(
                  () -> place(model.engine(), body.length),
                  place -> parse(model, body, handler),
                  Admission.Place::close)); // the engine gives it one of its own
    });
  }

  /** Reads a request. */
  <T> Mono<T> read(ServerHttpRequest request, Handler<T> handler) {
    return Mono.defer(() -> {
      ServedModel model = holder.require();
      return RequestBody.read(request).flatMap(body -> parse(model, body, handler));
    });
  }

  private <T> Mono<T> parse(ServedModel model, byte[] body, Handler<T> handler) {
    return work(() -> handle(model, StrictJson.parse(body), handler));
  }

  /** Takes in a request that generates and came parsed, by another way than a request's body. */
  <T> Mono<T> generate(ObjectNode body, Handler<T> handler) {
    return Mono.fromCallable(
            () -> {
              ServedModel model = holder.require();
              place(model.engine(), 0).close();
              return handle(model, body, handler);
            })
        .subscribeOn(workers);
  }

  /** Runs what takes a request's time on the threads that are there for it. */
  <T> Mono<T> work(Callable<T> work) {
    return Mono.fromCallable(work).subscribeOn(workers);
  }

  private <T> T handle(ServedModel model, ObjectNode body, Handler<T> handler) {
    Fields fields = new Fields(body, "");
    requireModel(model, fields);
    T result = handler.handle(model, fields);
    metrics.unknownFields(fields.unknownCount());
    return result;
  }

  private static void requireModel(ServedModel model, Fields fields) {
    String asked = fields.string("model");
    if (asked != null && !asked.equals(model.name())) {
      throw modelNotFound(asked, model.name());
    }
  }

  static ApiException modelNotFound(String asked, String served) {
    return ApiException.modelNotFound(
        "the model " + Fields.printable(asked, 128) + " does not exist; served here: " + served);
  }

  /** A place in the queue while a request is parsed; the engine would refuse it too, but later. */
  private Admission.Place place(Engine engine, long bytes) {
    try {
      return engine.admission().take(1, bytes / BYTES_PER_TOKEN);
    } catch (EngineException refusal) {
      metrics.rejected(refusal.kind());
      throw refusal;
    }
  }
}
