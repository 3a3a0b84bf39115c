package dev.sluice.engine.backend;

/**
 * Executes planned steps over paged KV memory.
 *
 * <p>Called by the engine thread only. Launch and await are split so that a device can work while
 * the engine plans; a CPU backend may compute inside {@link #launch}.
 */
public interface Backend extends AutoCloseable {

  /** What this backend is and how much KV memory it holds; constant after opening. */
  BackendInfo info();

  /**
   * Starts a step. The batch is reused by the caller after {@link #await}, so it must not be kept.
   *
   * @throws BackendException if the step can't be run; the engine then fails the batch's sequences
   */
  void launch(ForwardBatch batch);

  /**
   * Copies KV blocks to the host tier and back, in the given order and before it returns. Called
   * between steps.
   *
   * @throws BackendException if a copy can't be made; the host tier's contents are then lost
   */
  void copy(BlockCopies copies);

  /** Waits for the step started last; the result is valid until the next {@link #launch}. */
  StepResult await();

  @Override
  void close();
}
