package dev.sluice.engine.template;

/** Something that a template can call: a function, a macro, or a method of a value. */
@FunctionalInterface
interface Callable {
  Object call(ArgumentValues arguments);
}
