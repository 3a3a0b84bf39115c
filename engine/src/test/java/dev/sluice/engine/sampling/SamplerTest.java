package dev.sluice.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
  private static final int[] NONE = {};
  private static final double ROUNDING = 1e-9;

  static LongStream seeds() {
    String replay = System.getProperty("test.seed");
    return replay != null ? LongStream.of(Long.parseLong(replay)) : LongStream.rangeClosed(1, 100);
  }

  /** Forty configurations per seed, each against the naive sampler with the same number drawn. */
  @ParameterizedTest(name = "-Dtest.seed={0}")
  @MethodSource("seeds")
  void sample_randomConfigurations_choosesAsTheNaiveSampler(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int vocabularySize = 1 + random.nextInt(random.nextBoolean() ? 40 : 1500);
    Sampler sampler = new Sampler(vocabularySize);
    for (int i = 0; i < 40; i++) {
      int offset = random.nextInt(3);
      float[] logits = randomLogits(random, offset + vocabularySize);
      SamplingParams params = ParamsBuilder.random(random, vocabularySize).build();
      int[] prompt = randomIds(random, vocabularySize, random.nextInt(50));
      int[] output = randomIds(random, vocabularySize, random.nextInt(100));
      int[] endIds = {random.nextInt(vocabularySize)};
      if (vocabularySize < 4 && params.minTokens() > 0) {
        continue; // nothing might be left, which has a test of its own
      }
      SamplingState state = state(params, prompt, output, endIds);

      int sampled = sampler.sample(logits, offset, state);

      double[] expected =
          NaiveSampler.distribution(
              Arrays.copyOfRange(logits, offset, logits.length), params, prompt, output, endIds);
      double u = CounterRandom.uniform(params.seed(), params.choice(), output.length);
      if (NaiveSampler.distanceToStep(expected, u) > ROUNDING) {
        assertThat(sampled).as("case %d: %s", i, params).isEqualTo(NaiveSampler.draw(expected, u));
      }
    }
  }

  private static float[] randomLogits(SplittableRandom random, int length) {
    double[] spreads = {0, 0.1, 1, 3, 10, 100};
    double spread = spreads[random.nextInt(spreads.length)];
    boolean coarse = random.nextInt(3) == 0; // many ties
    float[] logits = new float[length];
    for (int i = 0; i < length; i++) {
      double logit = spread * random.nextGaussian();
      logits[i] = (float) (coarse ? Math.rint(logit) : logit);
    }
    return logits;
  }

  private static int[] randomIds(SplittableRandom random, int bound, int length) {
    return IntStream.range(0, length).map(i -> random.nextInt(bound)).toArray();
  }

  private static SamplingState state(
      SamplingParams params, int[] prompt, int[] output, int[] endIds) {
    SamplingState state = new SamplingState(params, prompt, endIds);
    for (int id : output) {
      state.append(id);
    }
    return state;
  }

  private static SamplingState with(Consumer<ParamsBuilder> setting) {
    ParamsBuilder params = new ParamsBuilder();
    setting.accept(params);
    return new SamplingState(params.build(), NONE, NONE);
  }

  private static int sample(SamplingState state, float... logits) {
    return new Sampler(logits.length).sample(logits, 0, state);
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "hot", "topK", "topP", "minP", "penalties", "bias", "all"})
  void sample_manySeeds_followsTheNaiveDistribution(String feature) {
    ParamsBuilder params = new ParamsBuilder();
    boolean all = feature.equals("all");
    params.temperature = feature.equals("hot") ? 2f : all ? 0.8f : 1f;
    params.topK = feature.equals("topK") || all ? 20 : 0;
    params.topP = feature.equals("topP") || all ? 0.8f : 1f;
    params.minP = feature.equals("minP") || all ? 0.05f : 0f;
    if (feature.equals("penalties") || all) {
      params.repetition = 1.3f;
      params.presence = 0.5f;
      params.frequency = 0.25f;
    }
    if (feature.equals("bias") || all) {
      params.biasIds = new int[] {3, 4};
      params.biasValues = new float[] {2f, -100f};
    }
    int[] prompt = {0, 1, 2};
    int[] output = {2, 3, 3, 5};
    float[] logits = new float[300];
    for (int id = 0; id < logits.length; id++) {
      logits[id] = (float) (1.5 * Math.sin(id * 0.7) + (id < 8 ? 3 : 0));
    }
    Sampler sampler = new Sampler(logits.length);
    int[] counts = new int[logits.length];
    for (int seed = 0; seed < 50_000; seed++) {
      params.seed = seed;
      counts[sampler.sample(logits, 0, state(params.build(), prompt, output, NONE))]++;
    }

    double[] expected = NaiveSampler.distribution(logits, params.build(), prompt, output, NONE);
    assertThat(ChiSquare.excess(counts, expected)).isLessThan(ChiSquare.FIVE_SIGMA);
  }

  @Test
  void sample_temperatureZeroOrTiny_takesTheLargestAndTheLowestIdOfEquals() {
    for (float temperature : new float[] {0f, 1e-30f, Float.MIN_VALUE, 9e-6f}) {
      SamplingState state = with(params -> params.temperature = temperature);
      assertThat(sample(state, 1, 5, -3, 5)).as("temperature %s", temperature).isEqualTo(1);
    }
  }

  @Test
  void sample_greedyWithPenalty_prefersWhatWasNotSaid() {
    SamplingParams params = greedy(setting -> setting.repetition = 2f);
    SamplingState state = new SamplingState(params, new int[] {1}, NONE);
    assertThat(sample(state, 3, 5, 1)).isEqualTo(0);
  }

  private static SamplingParams greedy(Consumer<ParamsBuilder> setting) {
    ParamsBuilder params = new ParamsBuilder();
    params.temperature = 0;
    setting.accept(params);
    return params.build();
  }

  @Test
  void sample_presenceAndFrequency_ignoreThePrompt() {
    SamplingParams params =
        greedy(setting -> {
          setting.presence = 2f;
          setting.frequency = 2f;
        });
    SamplingState state = new SamplingState(params, new int[] {1, 1, 1}, NONE);
    assertThat(sample(state, 3, 5, 1)).isEqualTo(1);
    state.append(1);
    assertThat(sample(state, 3, 5, 1)).isEqualTo(0);
  }

  @Test
  void sample_belowMinTokens_holdsEndAndStopTokensBack() {
    SamplingParams params =
        greedy(setting -> {
          setting.minTokens = 2;
          setting.stopIds = new int[] {1, 999}; // 999 is beyond the vocabulary
        });
    SamplingState state = new SamplingState(params, NONE, new int[] {0});
    assertThat(sample(state, 9, 8, 1)).isEqualTo(2);
    state.append(2);
    assertThat(sample(state, 9, 8, 1)).isEqualTo(2);
    state.append(2);
    assertThat(sample(state, 9, 8, 1)).isEqualTo(0);
  }

  @Test
  void sample_ignoreEosBelowMinTokens_treatsTheEndTokenAsAnyOther() {
    SamplingParams params =
        greedy(setting -> {
          setting.minTokens = 2;
          setting.ignoreEos = true;
        });
    assertThat(sample(new SamplingState(params, NONE, new int[] {0}), 9, 8, 1)).isEqualTo(0);
  }

  @Test
  void sample_everyTokenRuledOut_stillGivesAnId() {
    for (float temperature : new float[] {0f, 1f}) {
      ParamsBuilder params = new ParamsBuilder();
      params.temperature = temperature;
      params.topP = 0.5f;
      params.minTokens = 1;
      params.stopIds = new int[] {0, 1};
      assertThat(sample(with(p -> copy(params, p)), 1, 2)).isEqualTo(0);
    }
  }

  private static void copy(ParamsBuilder from, ParamsBuilder to) {
    to.temperature = from.temperature;
    to.topP = from.topP;
    to.minTokens = from.minTokens;
    to.stopIds = from.stopIds;
  }

  @Test
  void sample_topKOne_isGreedyAtAnyTemperature() {
    for (int seed = 0; seed < 200; seed++) {
      long fixed = seed;
      SamplingState state =
          with(params -> {
            params.topK = 1;
            params.temperature = 2f;
            params.seed = fixed;
          });
      assertThat(sample(state, 1, 1.5f, 1.5f, 0)).isEqualTo(1);
    }
  }

  @Test
  void sample_tinyTopPOrMinPOne_keepsTheLikeliestOnly() {
    for (int seed = 0; seed < 200; seed++) {
      long fixed = seed;
      Consumer<ParamsBuilder> nucleus =
          params -> {
            params.topP = Float.MIN_VALUE;
            params.seed = fixed;
          };
      Consumer<ParamsBuilder> floor =
          params -> {
            params.minP = 1;
            params.seed = fixed;
          };
      assertThat(sample(with(nucleus), 0, 1, 1)).isEqualTo(1);
      assertThat(sample(with(floor), 0, 1, 0.999f)).isEqualTo(1);
    }
  }

  /** A tiny penalty lifts 100 beyond what a float holds; it then ties with the largest float. */
  @Test
  void sample_extremeLogits_choosesAmongTheLargest() {
    Set<Integer> chosen = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      long fixed = seed;
      SamplingState state =
          with(params -> {
            params.seed = fixed;
            params.temperature = 1e-4f;
            params.repetition = 1e-38f;
            params.topP = 0.99f;
          });
      state.append(2);
      chosen.add(sample(state, -Float.MAX_VALUE, 1, 100, 0, Float.MAX_VALUE));
    }
    assertThat(chosen).containsExactlyInAnyOrder(2, 4);
  }

  @Test
  void sample_row_isReadOnly() {
    float[] logits = {1, 2, 3, 4};
    SamplingState state =
        with(params -> {
          params.topK = 2;
          params.biasIds = new int[] {1};
          params.biasValues = new float[] {50};
        });
    new Sampler(4).sample(logits, 0, state);
    assertThat(logits).containsExactly(1, 2, 3, 4);
  }

  @Test
  void sample_rowsInAnyOrderOnAnySampler_givesTheSameIds() {
    SplittableRandom random = new SplittableRandom(3);
    float[][] rows = new float[20][];
    SamplingState[] states = new SamplingState[rows.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = randomLogits(random, 700);
      SamplingParams params = ParamsBuilder.random(random, 700).build();
      states[i] = new SamplingState(params, NONE, NONE);
    }
    Sampler shared = new Sampler(700);
    int[] forward = IntStream.range(0, 20).map(i -> shared.sample(rows[i], 0, states[i])).toArray();
    for (int i = rows.length - 1; i >= 0; i--) {
      assertThat(shared.sample(rows[i], 0, states[i])).isEqualTo(forward[i]);
      assertThat(new Sampler(700).sample(rows[i], 0, states[i])).isEqualTo(forward[i]);
    }
  }

  @Test
  void sample_warm_allocatesNothing() {
    SplittableRandom random = new SplittableRandom(5);
    float[] logits = randomLogits(random, 5000);
    Sampler sampler = new Sampler(5000);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 30; i++) {
      SamplingParams params = ParamsBuilder.random(random, 5000).build();
      SamplingState state = state(params, randomIds(random, 5000, 100), NONE, new int[] {1});
      long least = Long.MAX_VALUE; // of a few tries: the first ones load classes
      for (int attempt = 0; attempt < 5; attempt++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        sampler.sample(logits, 0, state);
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).as("bytes with %s", params).isZero();
    }
  }

  @Test
  void anyNonFinite_nanOrInfinityInTheRow_isSeenThereOnly() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      for (int place = 0; place < 40; place++) {
        float[] logits = new float[40];
        logits[place] = bad;
        assertThat(Sampler.anyNonFinite(logits, 3, 33))
            .as("%s at %d", bad, place)
            .isEqualTo(place >= 3 && place < 36);
      }
    }
    assertThat(Sampler.anyNonFinite(new float[] {Float.MAX_VALUE, -Float.MAX_VALUE}, 0, 2))
        .isFalse();
  }

  @Test
  void logprobs_row_isTheSoftmaxOfTheLogitsAsTheyAre() {
    float[] logits = {9, 1, 3, 2, 3, -50, 9};
    TokenLogprobs scores = new Sampler(5).logprobs(logits, 1, 3, 3);

    double total = Math.log(Math.exp(1) + 2 * Math.exp(3) + Math.exp(2) + Math.exp(-50));
    assertThat(scores.logprob()).isCloseTo((float) (3 - total), within(1e-6f));
    assertThat(scores.topIds()).containsExactly(1, 3, 2); // ties by lower id
    assertThat(scores.topLogprobs()[0]).isEqualTo(scores.logprob());
    assertThat(scores.topLogprobs()[2]).isCloseTo((float) (2 - total), within(1e-6f));
  }

  @Test
  void logprobs_noneOrMoreThanThereAre_listsNoneOrAll() {
    Sampler sampler = new Sampler(3);
    float[] logits = {-1, 0, -0f};
    assertThat(sampler.logprobs(logits, 0, 2, 0).topIds()).isEmpty();
    assertThat(sampler.logprobs(logits, 0, 2, 0).topLogprobs()).isEmpty();
    assertThat(sampler.logprobs(logits, 0, 2, 20).topIds()).containsExactly(1, 2, 0);
  }

  @Test
  void logprobs_wholeVocabulary_sumsToOne() {
    float[] logits = randomLogits(new SplittableRandom(8), 2000);
    TokenLogprobs scores = new Sampler(2000).logprobs(logits, 0, 0, 2000);
    double total = 0;
    for (float logprob : scores.topLogprobs()) {
      total += Math.exp(logprob);
    }
    assertThat(total).isCloseTo(1, within(1e-5));
  }
}
