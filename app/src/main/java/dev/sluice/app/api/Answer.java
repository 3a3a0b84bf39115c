package dev.sluice.app.api;

import dev.sluice.spring.ServedModel;
import dev.sluice.spring.text.TextDelta;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A generation in the shape of its route; nothing runs before it is subscribed to, once. */
sealed interface Answer permits ChatAnswer, CompletionAnswer {
  AnswerHead head();

  Generation generation();

  GenerationOptions options();

  /** All of it at once. */
  Mono<?> whole();

  /**
   * One chunk per token and a few without; pulls a token only when a chunk is wanted.
   *
   * @param gate stands between the tokens and their chunks
   */
  Flux<?> chunks(UnaryOperator<Flux<TextDelta>> gate);

  /** One chunk per token and none without: what else there is to say is said on a token's. */
  Flux<?> items();

  /** Takes a token into the account, for wires that don't send chunks; in order of arrival. */
  void count(TextDelta delta);

  /** The token's text, after whatever the route puts before a choice's first. */
  String text(TextDelta delta);

  /** The token's log-probabilities; null unless asked for. To be called once per token. */
  @Nullable Object logprobs(TextDelta delta);

  /** The tokens that have passed. */
  Usage usage();

  /** How a route answers a request. */
  @FunctionalInterface
  interface Route {
    Answer answer(ServedModel model, Fields fields, String tenant);
  }
}
