package dev.sluice.app.api;

import org.springframework.stereotype.Component;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** Prepares answers to requests that come by a socket, by the rules of the HTTP routes. */
@Component
public final class FramedAnswers {
  private final JsonRequests requests;
  private final Answers answers;
  private final ChatRoute chat;
  private final CompletionRoute completion;

  FramedAnswers(
      JsonRequests requests, Answers answers, ChatRoute chat, CompletionRoute completion) {
    this.requests = requests;
    this.answers = answers;
    this.chat = chat;
    this.completion = completion;
  }

  /** Reads a frame that is too long to be read between others' frames. */
  public Mono<ClientFrame> parse(byte[] text) {
    return requests.work(() -> ClientFrame.parse(text));
  }

  /**
   * Checks and tokenises a request; a completion's if it has a prompt and no messages.
   *
   * @param id by which the client knows the stream
   */
  public Mono<FramedAnswer> prepare(String id, ObjectNode request, String tenant) {
    boolean isCompletion = request.has("prompt") && !request.has("messages");
    Answer.Route route = isCompletion ? completion : chat;
    if (!request.has("stream")) {
      request.put("stream", true); // as it is here, so that stream_options has its meaning
    }
    return requests.generate(
        request,
        (model, fields) -> new FramedAnswer(id, route.answer(model, fields, tenant), answers));
  }
}
