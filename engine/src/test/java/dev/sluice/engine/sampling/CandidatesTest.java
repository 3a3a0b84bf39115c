package dev.sluice.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CandidatesTest {
  private static final double LARGEST_BELOW_ONE = Math.nextDown(1.0);

  /** All ruled out but some: sizes below, at and above the blocks that a draw skips. */
  private static Candidates only(int size, int... allowed) {
    float[] logits = new float[size];
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    for (int id : allowed) {
      logits[id] = 3;
    }
    Candidates candidates = new Candidates(size);
    candidates.load(logits, 0, size);
    candidates.findMax();
    candidates.weigh(1);
    return candidates;
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 255, 256, 257, 512, 1000})
  void draw_eitherEndOfTheRange_neverGivesATokenWithoutWeight(int size) {
    int middle = size / 2;
    assertThat(only(size, middle).draw(0)).isEqualTo(middle);
    assertThat(only(size, middle).draw(LARGEST_BELOW_ONE)).isEqualTo(middle);
    assertThat(only(size, 1, size - 2).draw(0)).isEqualTo(1);
    assertThat(only(size, 1, size - 2).draw(LARGEST_BELOW_ONE)).isEqualTo(size - 2);
  }

  /** The running sum may end below the sum of blocks, which are added up in another order. */
  @Test
  void draw_roundingBeyondTheLastWeight_givesTheLastTokenWithWeight() {
    SplittableRandom random = new SplittableRandom(17);
    for (int i = 0; i < 200; i++) {
      float[] logits = new float[203];
      Arrays.fill(logits, Float.NEGATIVE_INFINITY);
      for (int id = 0; id < 200; id++) {
        logits[id] = (float) random.nextGaussian();
      }
      Candidates candidates = new Candidates(203);
      candidates.load(logits, 0, 203);
      candidates.findMax();
      candidates.weigh(1);
      assertThat(candidates.draw(LARGEST_BELOW_ONE)).isEqualTo(199);
    }
  }

  @Test
  void draw_equalWeights_takesEachForItsShareInOrderOfId() {
    Candidates candidates = only(600, 2, 300, 599);
    assertThat(candidates.draw(0.33)).isEqualTo(2);
    assertThat(candidates.draw(0.34)).isEqualTo(300);
    assertThat(candidates.draw(0.66)).isEqualTo(300);
    assertThat(candidates.draw(0.67)).isEqualTo(599);
  }

  @Test
  void keepCount_equalLogits_keepsTheLowestIds() {
    Candidates candidates = only(600, 2, 300, 599);
    candidates.keepCount(2);
    assertThat(Arrays.copyOf(candidates.ids, candidates.size())).containsExactly(2, 300);
  }

  @Test
  void keepMass_equalWeights_keepsTheFewestThatReachTheShare() {
    Candidates candidates = only(600, 2, 300, 599, 400);
    candidates.keepMass(0.5);
    assertThat(Arrays.copyOf(candidates.ids, candidates.size())).containsExactly(2, 300);
  }
}
