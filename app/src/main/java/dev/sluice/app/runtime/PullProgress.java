package dev.sluice.app.runtime;

/** Hears how far a download is; called on the thread that pulls, a few times a second. */
@FunctionalInterface
public interface PullProgress {

  /** Hears nothing. */
  PullProgress NONE = (phase, doneBytes, totalBytes) -> {};

  /**
   * Some bytes more are done.
   *
   * @param phase what is being done, as {@code downloading smollm2-135m}
   */
  void update(String phase, long doneBytes, long totalBytes);
}
