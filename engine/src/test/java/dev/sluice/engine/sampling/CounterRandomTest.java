package dev.sluice.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CounterRandomTest {
  /** The known answers that the authors publish for philox4x32-10, first two words of each. */
  @Test
  void bits_publishedVectors_match() {
    assertThat(CounterRandom.bits(0, 0, 0, 0, 0, 0)).isEqualTo(0x6627e8d5_e169c58dL);
    assertThat(CounterRandom.bits(-1, -1, -1, -1, -1, -1)).isEqualTo(0x408f276d_41c83b0eL);
    assertThat(
            CounterRandom.bits(
                0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
        .isEqualTo(0xd16cfe09_94fdccebL);
  }

  @Test
  void uniform_zeroKey_isTheTop53BitsOfTheKnownAnswer() {
    assertThat(CounterRandom.uniform(0, 0, 0)).isEqualTo((0x6627e8d5e169c58dL >>> 11) * 0x1p-53);
  }

  @Test
  void uniform_seedChoiceOrPositionDiffer_numbersDiffer() {
    Set<Double> numbers = new HashSet<>();
    for (long seed : new long[] {0, 1, 1L << 32, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      for (int choice = 0; choice < 4; choice++) {
        for (int position = 0; position < 100; position++) {
          numbers.add(CounterRandom.uniform(seed, choice, position));
        }
      }
    }
    assertThat(numbers).hasSize(6 * 4 * 100).allMatch(u -> u >= 0 && u < 1);
  }

  /** Along positions and along seeds: both are streams that users see. */
  @Test
  void uniform_manyNumbers_areSpreadEvenly() {
    int[] byPosition = new int[64];
    int[] bySeed = new int[64];
    for (int i = 0; i < 64_000; i++) {
      byPosition[(int) (64 * CounterRandom.uniform(7, 0, i))]++;
      bySeed[(int) (64 * CounterRandom.uniform(i, 0, 0))]++;
    }
    double[] even = new double[64];
    Arrays.fill(even, 1.0 / 64);
    assertThat(ChiSquare.excess(byPosition, even)).isLessThan(ChiSquare.FIVE_SIGMA);
    assertThat(ChiSquare.excess(bySeed, even)).isLessThan(ChiSquare.FIVE_SIGMA);
  }
}
