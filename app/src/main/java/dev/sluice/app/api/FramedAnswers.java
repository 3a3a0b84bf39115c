package dev.sluice.app.api;

import dev.sluice.app.stream.ResumableStream.Numbered;
import dev.sluice.app.stream.ResumableStreams;
import dev.sluice.app.stream.ResumableStreams.Resumable;
import dev.sluice.app.stream.ResumeException;
import java.time.Duration;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.node.ObjectNode;

/** Prepares answers to requests that come by a socket, by the rules of the HTTP routes. */
@Component
public final class FramedAnswers {
  private final JsonRequests requests;
  private final Answers answers;
  private final ChatRoute chat;
  private final CompletionRoute completion;
  private final ResumableStreams resumable;

  FramedAnswers(
      JsonRequests requests,
      Answers answers,
      ChatRoute chat,
      CompletionRoute completion,
      ResumableStreams resumable) {
    this.resumable = resumable;
    this.requests = requests;
    this.answers = answers;
    this.chat = chat;
    this.completion = completion;
  }

  /** Reads a frame that is too long to be read between others' frames. */
  public Mono<ClientFrame> parse(byte[] text) {
    return requests.work(() -> ClientFrame.parse(text));
  }

  /** An answer whose reader has come back, and its tokens after the last that arrived. */
  public record Resumed(FramedAnswer answer, Flux<ServerFrame> tokens) {}

  /** The tokens of an answer that is kept for a while if its connection breaks. */
  public Flux<ServerFrame> keep(FramedAnswer answer, String tenant) {
    return Flux.defer(() -> {
      if (resumable.isFull()) {
        return Flux.error(tooMany());
      }
      Flux<Object> tokens = answer.tokens().cast(Object.class);
      return frames(resumable.open(answer.name(), tenant, answer, tokens));
    });
  }

  private static ApiException tooMany() {
    return ApiException.retryable(
        HttpStatus.TOO_MANY_REQUESTS,
        "too_many_streams",
        "no more resumable streams can be kept; try again later, or without resumable",
        Duration.ofSeconds(1));
  }

  /** Finds a kept answer again, to be read by whoever asks last. */
  public Resumed resume(ClientFrame.Resume frame, String tenant) {
    Resumable<FramedAnswer> kept = resumable.find(frame.stream(), tenant, FramedAnswer.class);
    if (kept == null) {
      throw ApiException.of(
          HttpStatus.NOT_FOUND,
          "stream_not_found",
          "there is no resumable stream of this name; it may have been given up");
    }
    return new Resumed(
        kept.answer(),
        frames(kept.after(frame.after()))
            .map(token -> token.named(frame.id()))
            .onErrorMap(ResumeException.class, FramedAnswers::refusal));
  }

  private static Throwable refusal(ResumeException e) {
    return e.kind() == ResumeException.Kind.UNKNOWN_EVENT
        ? ApiException.invalid("after", "the stream has not sent a token of this number yet")
        : e;
  }

  private static Flux<ServerFrame> frames(Flux<Numbered<Object>> kept) {
    return kept.map(token -> (ServerFrame) token.item());
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
