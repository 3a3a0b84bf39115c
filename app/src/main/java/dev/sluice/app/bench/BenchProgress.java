package dev.sluice.app.bench;

/** Hears how far a benchmark is; called on any thread, often. */
@FunctionalInterface
public interface BenchProgress {

  /** Hears nothing. */
  BenchProgress NONE = (done, total) -> {};

  void update(long done, long total);
}
