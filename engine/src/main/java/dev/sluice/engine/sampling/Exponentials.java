package dev.sluice.engine.sampling;

/**
 * e^x over whole arrays, in a loop that the compiler turns into vector instructions.
 *
 * <p>{@code Math.exp}, called once per element, would take most of a sampling step. Here e^x is the
 * Taylor polynomial of x / 256, squared eight times: only additions and multiplications in a fixed
 * order, so the result is the same on each machine. The relative error stays below 1e-11.
 */
final class Exponentials {
  /** Weights below e^-80 of the likeliest are 0: a 53-bit random number can't reach them. */
  private static final double FLOOR = -80;

  private static final double FLOOR_WEIGHT = exp(FLOOR);

  private Exponentials() {}

  /**
   * Fills {@code weights[0..count)} with e^((values[from + i] - max) / temperature).
   *
   * <p>Exponents are clamped at the floor, whose weight is then taken off everywhere: clamped ones
   * become exactly 0 without a branch, and those that matter are too large to be changed by it.
   *
   * @param max the largest of the values, so that no weight exceeds 1; finite
   */
  static void weigh(
      float[] values, int from, int count, float max, double temperature, double[] weights) {
    double inverseTemperature = 1 / temperature;
    for (int i = 0; i < count; i++) {
      double exponent = ((double) values[from + i] - max) * inverseTemperature;
      weights[i] = exp(Math.max(exponent, FLOOR)) - FLOOR_WEIGHT;
    }
  }

  /** e^x for x in [-80, 0]. */
  static double exp(double exponent) {
    double x = exponent * (1.0 / 256);
    double p = 1.0 / 39916800;
    p = p * x + 1.0 / 3628800;
    p = p * x + 1.0 / 362880;
    p = p * x + 1.0 / 40320;
    p = p * x + 1.0 / 5040;
    p = p * x + 1.0 / 720;
    p = p * x + 1.0 / 120;
    p = p * x + 1.0 / 24;
    p = p * x + 1.0 / 6;
    p = p * x + 0.5;
    p = p * x + 1;
    p = p * x + 1;
    p *= p; // ^2
    p *= p; // ^4
    p *= p; // ^8
    p *= p; // ^16
    p *= p; // ^32
    p *= p; // ^64
    p *= p; // ^128
    return p * p;
  }
}
