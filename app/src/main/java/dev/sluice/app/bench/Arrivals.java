package dev.sluice.app.bench;

import java.util.SplittableRandom;

/** When the requests of an open loop are meant to start. */
final class Arrivals {

  private Arrivals() {}

  /**
   * A Poisson process.
   *
   * @param requestsPerSecond its rate; above 0
   * @return nanoseconds after the start, ascending; the first is not before one interval
   */
  static long[] poisson(int count, double requestsPerSecond, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    long[] offsets = new long[count];
    double seconds = 0;
    for (int i = 0; i < count; i++) {
      seconds -= Math.log1p(-random.nextDouble()) / requestsPerSecond;
      offsets[i] = Math.round(seconds * 1e9);
    }
    return offsets;
  }
}
