package dev.sluice.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class StopMatcherTest {

  @Test
  void push_textThatMayBecomeAStop_isHeldBack() {
    StopMatcher matcher = new StopMatcher(List.of("</end>"), false);
    assertThat(matcher.push("a</e")).isEqualTo("a");
    assertThat(matcher.push("x<")).isEqualTo("</ex");
    assertThat(matcher.flush()).isEqualTo("<");
    assertThat(matcher.matched()).isFalse();
    assertThat(matcher.matchedStop()).isNull();
  }

  @Test
  void push_stopAcrossParts_emitsNothingOfItOrAfterIt() {
    StopMatcher matcher = new StopMatcher(List.of("STOP"), false);
    assertThat(matcher.push("go ST")).isEqualTo("go ");
    assertThat(matcher.push("OP and on")).isEmpty();
    assertThat(matcher.push("more")).isEmpty();
    assertThat(matcher.flush()).isEmpty();
    assertThat(matcher.matchedStop()).isEqualTo("STOP");
  }

  @Test
  void push_includingTheStop_endsWithIt() {
    assertThat(new StopMatcher(List.of("STOP"), true).push("go STOP on")).isEqualTo("go STOP");
  }

  @Test
  void push_stopThatOverlapsItself_isFound() {
    StopMatcher matcher = new StopMatcher(List.of("aab"), false);
    assertThat(matcher.push("aaa") + matcher.push("ab")).isEqualTo("aa");
    assertThat(matcher.matched()).isTrue();
  }

  @Test
  void push_twoStopsEndTogether_theLongestWins() {
    StopMatcher matcher = new StopMatcher(List.of("b", "ab"), false);
    assertThat(matcher.push("xab")).isEqualTo("x");
    assertThat(matcher.matchedStop()).isEqualTo("ab");
  }

  @Test
  void push_noStops_passesEverything() {
    assertThat(new StopMatcher(List.of(), false).push("all of it")).isEqualTo("all of it");
  }

  @Test
  void construct_emptyStop_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new StopMatcher(List.of("a", ""), false));
  }

  @Test
  void push_randomTextInRandomParts_equalsSearchingTheWhole() {
    for (long seed = 0; seed < 50_000; seed++) {
      Random random = new Random(seed);
      List<String> stops = randomStops(random);
      String text = randomString(random, random.nextInt(24));
      boolean includeStop = random.nextBoolean();
      StopMatcher matcher = new StopMatcher(stops, includeStop);
      String emitted = pushInParts(matcher, text, random) + matcher.flush();

      Found found = searchWhole(text, stops);
      String expected =
          found == null
              ? text
              : text.substring(0, includeStop ? found.end() : found.end() - found.stop().length());
      assertThat(emitted).as("seed %d: '%s' in %s", seed, text, stops).isEqualTo(expected);
      assertThat(matcher.matchedStop()).isEqualTo(found == null ? null : found.stop());
    }
  }

  /** Holds back exactly the longest end of the text that begins a stop. */
  @Test
  void push_randomText_holdsBackNoMoreThanItMust() {
    for (long seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      List<String> stops = randomStops(random);
      String text = randomString(random, random.nextInt(16));
      if (searchWhole(text, stops) == null) {
        int held = text.length() - new StopMatcher(stops, false).push(text).length();
        assertThat(held)
            .as("seed %d: '%s', %s", seed, text, stops)
            .isEqualTo(mustHold(text, stops));
      }
    }
  }

  @Test
  void push_longStopThatNearlyMatches_staysLinear() {
    String stop = "a".repeat(4_000) + "b";
    StopMatcher matcher = new StopMatcher(List.of(stop), false);
    String part = "a".repeat(1_000);
    Assertions.assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          for (int i = 0; i < 10_000; i++) {
            matcher.push(part);
          }
        });
    assertThat(matcher.flush()).hasSize(4_000);
  }

  private record Found(String stop, int end) {}

  private static @Nullable Found searchWhole(String text, List<String> stops) {
    Found best = null;
    for (String stop : stops) {
      int start = text.indexOf(stop);
      if (start >= 0) {
        Found found = new Found(stop, start + stop.length());
        boolean better =
            best == null
                || found.end() < best.end()
                || (found.end() == best.end() && stop.length() > best.stop().length());
        best = better ? found : best;
      }
    }
    return best;
  }

  private static int mustHold(String text, List<String> stops) {
    for (int length = text.length(); length > 0; length--) {
      String end = text.substring(text.length() - length);
      if (stops.stream().anyMatch(stop -> stop.startsWith(end))) {
        return length;
      }
    }
    return 0;
  }

  private static String pushInParts(StopMatcher matcher, String text, Random random) {
    StringBuilder emitted = new StringBuilder();
    for (int i = 0; i < text.length(); ) {
      int end = i + 1 + random.nextInt(Math.min(5, text.length() - i));
      emitted.append(matcher.push(text.substring(i, end)));
      i = end;
    }
    return emitted.toString();
  }

  private static List<String> randomStops(Random random) {
    List<String> stops = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      stops.add(randomString(random, 1 + random.nextInt(5)));
    }
    return stops;
  }

  private static String randomString(Random random, int length) {
    return random
        .ints(length, 'a', 'c')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
