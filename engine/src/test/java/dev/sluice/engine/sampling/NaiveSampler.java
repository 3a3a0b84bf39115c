package dev.sluice.engine.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Sampling as one would write it first: doubles, {@code Math.exp}, whole sorts, no scratch. */
final class NaiveSampler {
  private NaiveSampler() {}

  /** What each token is chosen with; all but one are 0 where the choice is greedy. */
  static double[] distribution(
      float[] logits, SamplingParams params, int[] prompt, int[] output, int[] endIds) {
    float[] processed = processed(logits, params, prompt, output, endIds);
    List<Integer> order = new ArrayList<>(IntStream.range(0, logits.length).boxed().toList());
    // A stable sort, to which -0 equals 0.
    order.sort(Comparator.comparingDouble((Integer id) -> 0.0 - processed[id]));
    double[] result = new double[logits.length];
    if (params.temperature() < 1e-5) {
      result[order.getFirst()] = 1;
      return result;
    }
    double max = processed[order.getFirst()];
    order.removeIf(id -> weight(processed[id], max, params) < params.minP());
    if (params.topK() > 0 && params.topK() < order.size()) {
      order = order.subList(0, params.topK());
    }
    double total = order.stream().mapToDouble(id -> weight(processed[id], max, params)).sum();
    double before = 0;
    for (int id : order) {
      if (params.topP() < 1 && before >= params.topP() * total) {
        break;
      }
      result[id] = weight(processed[id], max, params);
      before += result[id];
    }
    for (int id = 0; id < result.length; id++) {
      result[id] /= before;
    }
    return result;
  }

  private static double weight(double logit, double max, SamplingParams params) {
    return Math.exp((logit - max) / params.temperature());
  }

  private static float[] processed(
      float[] logits, SamplingParams params, int[] prompt, int[] output, int[] endIds) {
    float[] processed = logits.clone();
    for (int i = 0; i < params.logitBiasIds().length; i++) {
      processed[params.logitBiasIds()[i]] += params.logitBiasValues()[i];
    }
    if (output.length < params.minTokens()) {
      for (int id : params.stopTokenIds()) {
        processed[id] = Float.NEGATIVE_INFINITY;
      }
      for (int id : params.ignoreEos() ? new int[0] : endIds) {
        processed[id] = Float.NEGATIVE_INFINITY;
      }
    }
    for (int id = 0; id < processed.length; id++) {
      int inOutput = count(output, id);
      if (inOutput + count(prompt, id) > 0) {
        float r = params.repetitionPenalty();
        processed[id] = processed[id] > 0 ? processed[id] / r : processed[id] * r;
      }
      if (inOutput > 0) {
        processed[id] = processed[id] - params.frequencyPenalty() * inOutput;
        processed[id] = processed[id] - params.presencePenalty();
      }
    }
    return processed;
  }

  private static int count(int[] ids, int wanted) {
    return (int) IntStream.of(ids).filter(id -> id == wanted).count();
  }

  /** The inverse of the distribution function at {@code u}, in order of id. */
  static int draw(double[] distribution, double u) {
    double sum = 0;
    int last = 0;
    for (int id = 0; id < distribution.length; id++) {
      sum += distribution[id];
      if (distribution[id] > 0) {
        last = id;
      }
      if (sum > u) {
        return id;
      }
    }
    return last;
  }

  /** How close {@code u} comes to a step of the distribution function, where rounding decides. */
  static double distanceToStep(double[] distribution, double u) {
    double sum = 0;
    double nearest = 1;
    for (double probability : distribution) {
      sum += probability;
      nearest = Math.min(nearest, Math.abs(sum - u));
    }
    return nearest;
  }
}
