package dev.sluice.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TokenCountsTest {
  @Test
  void add_randomIds_countsAsAMapDoes() {
    SplittableRandom random = new SplittableRandom(11);
    TokenCounts counts = new TokenCounts();
    Map<Integer, Integer> expected = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      int id = random.nextInt(5000);
      boolean generated = random.nextBoolean();
      if (generated) {
        counts.addGenerated(id);
      } else {
        counts.addPrompt(new int[] {id});
      }
      expected.merge(id, generated ? 1 : 0, Integer::sum);
    }
    assertThat(contents(counts)).isEqualTo(expected);
    assertThat(counts.size()).isEqualTo(expected.size());
  }

  @Test
  void places_fewTokensOfHugeIds_staySmall() {
    TokenCounts counts = new TokenCounts();
    counts.addPrompt(new int[] {0, 262_143, Integer.MAX_VALUE});
    assertThat(counts.places()).isEqualTo(32);
    assertThat(contents(counts)).containsOnlyKeys(0, 262_143, Integer.MAX_VALUE);
  }

  private static Map<Integer, Integer> contents(TokenCounts counts) {
    Map<Integer, Integer> contents = new HashMap<>();
    for (int place = 0; place < counts.places(); place++) {
      if (counts.isUsed(place)) {
        contents.put(counts.idAt(place), counts.countAt(place));
      }
    }
    return contents;
  }
}
