package dev.sluice.spring;

/** Where the served model comes from. */
@FunctionalInterface
public interface ModelSource {

  /**
   * Loads the model and starts its engine; called once, off the event loops.
   *
   * @throws Exception whose message says what is wrong with the file or the configuration
   */
  ServedModel load() throws Exception;
}
