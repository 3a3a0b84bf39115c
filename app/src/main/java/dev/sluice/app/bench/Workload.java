package dev.sluice.app.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The sequences of an offline benchmark.
 *
 * @param prompts token ids of each sequence's prompt
 * @param outputTokens how many tokens to generate for each
 */
public record Workload(List<int[]> prompts, int[] outputTokens) {
  /** Random lengths are spread over one part in this many of the longest and the longest. */
  private static final int SPREAD = 8;

  /**
   * Prompts of random ids, as nano-vllm's benchmark has them.
   *
   * @param randomLengths draw each length from an eighth of it to all of it
   */
  public static Workload random(
      int sequences,
      int inputTokens,
      int outputTokens,
      boolean randomLengths,
      int vocabularySize,
      long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<int[]> prompts = new ArrayList<>(sequences);
    int[] outputs = new int[sequences];
    for (int i = 0; i < sequences; i++) {
      int length = length(random, inputTokens, randomLengths);
      prompts.add(random.ints(length, 0, vocabularySize).toArray());
      outputs[i] = length(random, outputTokens, randomLengths);
    }
    return new Workload(prompts, outputs);
  }

  /** Given prompts, each with as many tokens to generate. */
  public static Workload of(List<int[]> prompts, int outputTokens) {
    int[] outputs = new int[prompts.size()];
    Arrays.fill(outputs, outputTokens);
    return new Workload(prompts, outputs);
  }

  private static int length(SplittableRandom random, int longest, boolean randomLengths) {
    return randomLengths ? random.nextInt(Math.max(1, longest / SPREAD), longest + 1) : longest;
  }

  int size() {
    return prompts.size();
  }

  long totalInputTokens() {
    return prompts.stream().mapToLong(prompt -> prompt.length).sum();
  }

  long totalOutputTokens() {
    return Arrays.stream(outputTokens).asLongStream().sum();
  }

  /** Prompt and output of the longest sequence. */
  public int longestTokens() {
    int longest = 0;
    for (int i = 0; i < prompts.size(); i++) {
      longest = Math.max(longest, prompts.get(i).length + outputTokens[i]);
    }
    return longest;
  }
}
