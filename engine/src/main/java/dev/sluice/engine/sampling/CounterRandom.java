package dev.sluice.engine.sampling;

/**
 * Random numbers as a pure function of (seed, choice, position): no state to share, save or lose.
 *
 * <p>A sequence that is preempted and recomputed, or batched with others, draws the same numbers.
 * The function is Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy
 * as 1, 2, 3" (SC 2011), with the seed as key and (position, choice, 0, 0) as counter.
 */
public final class CounterRandom {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;

  private static final int DOUBLE_BITS = 53;
  private static final double DOUBLE_UNIT = 0x1p-53;

  private CounterRandom() {}

  /** A number in [0, 1) with 53 random bits. */
  public static double uniform(long seed, int choice, int position) {
    long bits = bits(position, choice, 0, 0, (int) seed, (int) (seed >>> 32));
    return (bits >>> (Long.SIZE - DOUBLE_BITS)) * DOUBLE_UNIT;
  }

  /** The first two of the four words that Philox4x32-10 makes of a counter and a key. */
  static long bits(int counter0, int counter1, int counter2, int counter3, int key0, int key1) {
    int c0 = counter0;
    int c1 = counter1;
    int c2 = counter2;
    int c3 = counter3;
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
      long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
      c0 = (int) (product1 >>> 32) ^ c1 ^ (key0 + round * WEYL_0);
      c2 = (int) (product0 >>> 32) ^ c3 ^ (key1 + round * WEYL_1);
      c1 = (int) product1;
      c3 = (int) product0;
    }
    return (Integer.toUnsignedLong(c0) << 32) | Integer.toUnsignedLong(c1);
  }
}
