package dev.sluice.engine.stream;

/**
 * Told of each change of a stream's state, beside the tokens, since a reader that has stopped gets
 * no tokens. Called on the engine thread, so it must neither block nor throw.
 */
@FunctionalInterface
public interface StateListener {
  /** Ignores every state. */
  StateListener NONE = (choice, state) -> {};

  /** The {@code choice}-th stream of the request is in this state from now on. */
  void onState(int choice, StreamState state);
}
