package dev.sluice.app.bench;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Collects durations in microseconds with three significant digits; thread-safe. */
public final class LatencyRecorder {
  private final Histogram micros = new Histogram(3);

  /** Adds a duration. */
  public synchronized void recordNanos(long nanos) {
    micros.recordValue(Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos)));
  }

  /** What has been collected so far. */
  public synchronized LatencySummary summary() {
    return LatencySummary.of(micros);
  }
}
