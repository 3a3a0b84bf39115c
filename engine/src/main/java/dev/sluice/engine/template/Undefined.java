package dev.sluice.engine.template;

/**
 * What a missing variable, attribute or item evaluates to: empty when printed, false, and an error
 * once something is asked of it.
 */
record Undefined(String name) {

  TemplateException error() {
    return new TemplateException("'" + name + "' is undefined in the chat template");
  }
}
