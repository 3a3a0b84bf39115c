package dev.sluice.engine.template;

/** Python's {@code None}: a value like any other, so that nothing in the interpreter is null. */
enum None {
  NONE
}
