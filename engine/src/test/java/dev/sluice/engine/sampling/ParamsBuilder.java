package dev.sluice.engine.sampling;

import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Sampling parameters for tests: everything off at temperature 1, unless set. */
final class ParamsBuilder {
  float temperature = 1f;
  int topK;
  float topP = 1f;
  float minP;
  float repetition = 1f;
  float presence;
  float frequency;
  int[] biasIds = {};
  float[] biasValues = {};
  long seed;
  int choice;
  int minTokens;
  int[] stopIds = {};
  boolean ignoreEos;

  SamplingParams build() {
    return new SamplingParams(
        temperature,
        topK,
        topP,
        minP,
        repetition,
        presence,
        frequency,
        biasIds,
        biasValues,
        seed,
        choice,
        1000,
        minTokens,
        stopIds,
        ignoreEos,
        OptionalInt.empty());
  }

  /** Each feature on or off by chance, with values from all of its range. */
  static ParamsBuilder random(SplittableRandom random, int vocabularySize) {
    ParamsBuilder params = new ParamsBuilder();
    params.seed = random.nextLong();
    params.choice = random.nextInt(4);
    float[] temperatures = {0f, 1e-30f, 1e-3f, 0.2f, 0.7f, 1f, 2f};
    params.temperature = temperatures[random.nextInt(temperatures.length)];
    if (random.nextBoolean()) {
      params.topK = 1 + random.nextInt(random.nextBoolean() ? 12 : 2 * vocabularySize);
    }
    if (random.nextBoolean()) {
      params.topP = 1 - (float) random.nextDouble();
    }
    if (random.nextInt(3) == 0) {
      params.minP = (float) (random.nextDouble() * random.nextDouble());
    }
    if (random.nextInt(3) == 0) {
      params.repetition = 0.5f + (float) random.nextDouble();
      params.presence = -2 + 4 * (float) random.nextDouble();
      params.frequency = -2 + 4 * (float) random.nextDouble();
    }
    if (random.nextInt(3) == 0) {
      params.biasIds = new int[] {random.nextInt(vocabularySize)};
      params.biasValues = new float[] {-100 + 200 * (float) random.nextDouble()};
    }
    if (random.nextInt(3) == 0) {
      params.minTokens = random.nextInt(8);
      params.stopIds = new int[] {random.nextInt(vocabularySize)};
      params.ignoreEos = random.nextBoolean();
    }
    return params;
  }
}
