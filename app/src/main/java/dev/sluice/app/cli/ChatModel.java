package dev.sluice.app.cli;

import java.util.List;
import reactor.core.publisher.Flux;

/** What a terminal chat talks to. */
interface ChatModel extends AutoCloseable {

  /** For the greeting. */
  String name();

  /**
   * Streams an answer; cancelling stops it.
   *
   * @param conversation all messages so far, the user's last one at the end
   */
  Flux<Piece> answer(List<ChatMessage> conversation, double temperature);

  @Override
  void close();

  /**
   * A piece of an answer.
   *
   * @param text may be empty
   * @param tokens how many it is made of
   */
  record Piece(String text, int tokens) {}

  /**
   * A message of a conversation.
   *
   * @param role {@code system}, {@code user} or {@code assistant}
   */
  record ChatMessage(String role, String content) {}
}
