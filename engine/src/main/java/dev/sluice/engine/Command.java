package dev.sluice.engine;

import java.util.concurrent.CompletableFuture;

/** What other threads ask of the engine's. */
sealed interface Command {

  /** Takes in a request. */
  record Submit(ActiveRequest request) implements Command {}

  /**
   * Does something to a sequence of a tenant; answers whether there was such a live one.
   *
   * @param tenant whose it must be
   */
  record Control(String id, String tenant, SequenceAction action, CompletableFuture<Boolean> answer)
      implements Command {}

  /** Answers with all that can be seen. */
  record View(CompletableFuture<EngineView> answer) implements Command {}
}
