package dev.sluice.app.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Answers over wires that carry a demand of their own: one item per token and nothing beside, so
 * that a request for n items is one for n tokens.
 */
@Component
public final class DemandedAnswers {
  private final JsonRequests requests;
  private final Answers answers;
  private final Map<String, Answer.Route> routes;
  private final JsonMapper mapper;

  DemandedAnswers(
      JsonRequests requests,
      Answers answers,
      ChatRoute chat,
      CompletionRoute completion,
      JsonMapper mapper) {
    this.requests = requests;
    this.answers = answers;
    routes = Map.of("v1.chat.completions", chat, "v1.completions", completion);
    this.mapper = mapper;
  }

  /**
   * A stream's items in JSON; nothing runs before it is subscribed to, once.
   *
   * @param name of the route; null if the client gave none
   * @param body as it would be posted
   */
  public Flux<byte[]> items(@Nullable String name, byte[] body, String tenant) {
    Answer.Route route = name == null ? null : routes.get(name);
    if (route == null) {
      return Flux.error(unknown(name));
    }
    return requests
        .work(() -> StrictJson.parse(body))
        .doOnNext(DemandedAnswers::makeStream)
        .flatMap(request ->
            requests.generate(request, (model, fields) -> route.answer(model, fields, tenant)))
        .flatMapMany(answer -> answers.tracked(answer.items()))
        .map(mapper::writeValueAsBytes);
  }

  /** As it is here, so that {@code stream_options} has its meaning. */
  private static void makeStream(ObjectNode request) {
    if (!request.has("stream")) {
      request.put("stream", true);
    }
  }

  private ApiException unknown(@Nullable String name) {
    return ApiException.of(
        HttpStatus.NOT_FOUND,
        "route_not_found",
        "the route is "
            + (name == null ? "missing" : Fields.printable(name, 64))
            + ", but it must be one of "
            + String.join(", ", routes.keySet().stream().sorted().toList()));
  }
}
