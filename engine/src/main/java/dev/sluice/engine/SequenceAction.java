package dev.sluice.engine;

/** What an operator can do to a live sequence. */
public sealed interface SequenceAction {

  /** It stands still, whatever its reader wants, until it is released. */
  record Hold() implements SequenceAction {}

  /** It runs again as its reader wants. */
  record Release() implements SequenceAction {}

  /** It ends with an error. */
  record Abort() implements SequenceAction {}

  /** It moves into another class; lower is earlier. */
  record Reprioritise(int priority) implements SequenceAction {}
}
