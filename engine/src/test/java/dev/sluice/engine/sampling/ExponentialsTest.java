package dev.sluice.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ExponentialsTest {
  @Test
  void exp_wholeRange_agreesWithMath() {
    for (double x = -80; x <= 0; x += 0.0137) {
      assertThat(Exponentials.exp(x) / Math.exp(x)).as("x = %s", x).isCloseTo(1, within(1e-11));
    }
  }

  @Test
  void weigh_largestValue_weighsExactlyOne() {
    assertThat(weigh(1, 7)[1]).isEqualTo(1);
  }

  @Test
  void weigh_farBelowTheLargest_weighsExactlyNothing() {
    float[] far = {-73, -1e30f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY, 7};
    assertThat(weigh(far)).containsExactly(0, 0, 0, 0, 1);
  }

  @Test
  void weigh_decreasingValues_neverIncrease() {
    float[] values = new float[90_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = 7 - i / 1000f;
    }
    double[] weights = weigh(values);
    for (int i = 1; i < weights.length; i++) {
      assertThat(weights[i]).as("step %d", i).isBetween(0.0, weights[i - 1]);
    }
  }

  private static double[] weigh(float... values) {
    double[] weights = new double[values.length];
    Exponentials.weigh(values, 0, values.length, 7, 1, weights);
    return weights;
  }
}
