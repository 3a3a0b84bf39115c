package dev.sluice.engine.sampling;

import java.util.Arrays;

/**
 * The tokens that may still be chosen, in order of id, with their logits and weights.
 *
 * <p>Scratch of one sampler, reused from row to row: steps that truncate compact it in place.
 */
final class Candidates {
  /** Weights are summed in blocks, so that the draw can skip most of them. */
  private static final int BLOCK = 256;

  /** Of each run of logits only the largest is looked at, to guess where the likeliest end. */
  private static final int RUN = 64;

  final float[] values; // [size], logits
  final int[] ids; // [size], ascending
  final double[] weights; // [size], relative to the likeliest's 1; set by weigh
  private final double[] blockSums; // [ceil(size / BLOCK)]
  private final float[] runMaxima; // [ceil(size / RUN)]
  private final long[] ranked; // [size], for ordering only
  private final RadixSelect select;
  private int size;
  private float max;

  Candidates(int vocabularySize) {
    values = new float[vocabularySize];
    ids = new int[vocabularySize];
    weights = new double[vocabularySize];
    blockSums = new double[(vocabularySize + BLOCK - 1) / BLOCK];
    runMaxima = new float[(vocabularySize + RUN - 1) / RUN];
    ranked = new long[vocabularySize];
    select = new RadixSelect(vocabularySize);
  }

  /** Makes a whole row of logits candidates. */
  void load(float[] logits, int offset, int count) {
    System.arraycopy(logits, offset, values, 0, count);
    for (int id = 0; id < count; id++) {
      ids[id] = id;
    }
    size = count;
  }

  int size() {
    return size;
  }

  /** The largest logit, which no truncation removes; valid from {@link #findMax} on. */
  float max() {
    return max;
  }

  void findMax() {
    max = Rows.max(values, 0, size);
  }

  /** Drops what is below a logit. */
  void keepFrom(double lowest) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (values[i] >= lowest) { // seldom true, so well predicted
        move(i, kept++);
      }
    }
    size = kept;
  }

  /** Keeps the {@code limit} likeliest, lower ids first among equals. */
  void keepCount(int limit) {
    if (limit < size) {
      dropMostBeyond(limit);
      select.selectCount(values, size, limit);
      keepSelected();
    }
  }

  /** If {@code limit} runs reach up to some logit, then so do as many tokens: others can go. */
  private void dropMostBeyond(int limit) {
    int runs = (size + RUN - 1) / RUN;
    if (limit > runs) {
      return;
    }
    for (int run = 0; run < runs; run++) {
      runMaxima[run] = Rows.max(values, run * RUN, Math.min(RUN, size - run * RUN));
    }
    select.selectCount(runMaxima, runs, limit);
    keepFrom(select.lowest());
  }

  /** Keeps the smallest set of likeliest ones that has this share of the weight; needs weights. */
  void keepMass(double share) {
    double total = sumWeights();
    // All weights up to this one together weigh too little to matter: they are the tail.
    double negligible = (1 - share) * total / (2.0 * size);
    select.selectMass(values, weights, size, share * total, negligible);
    keepSelected();
  }

  private void keepSelected() {
    float lowest = select.lowest();
    int ties = select.ties();
    int kept = 0;
    for (int i = 0; i < size; i++) {
      float value = values[i];
      if (value > lowest || (value == lowest && ties-- > 0)) {
        move(i, kept++);
      }
    }
    size = kept;
  }

  private void move(int from, int to) {
    values[to] = values[from];
    ids[to] = ids[from];
    weights[to] = weights[from];
  }

  /** Computes the weights: e^((logit - max) / temperature). */
  void weigh(double temperature) {
    Exponentials.weigh(values, 0, size, max, temperature, weights);
  }

  /** The sum of the weights, in a fixed order. */
  double sumWeights() {
    double total = 0;
    for (int block = 0, from = 0; from < size; block++, from += BLOCK) {
      blockSums[block] = Rows.sum(weights, from, Math.min(from + BLOCK, size));
      total += blockSums[block];
    }
    return total;
  }

  /**
   * The first id, in order of id, at which the running share of the weight exceeds {@code u}.
   *
   * @param u in [0, 1)
   */
  int draw(double u) {
    double goal = u * sumWeights();
    double below = 0;
    int from = 0;
    for (int block = 0; from + BLOCK < size && below + blockSums[block] <= goal; block++) {
      below += blockSums[block];
      from += BLOCK;
    }
    int end = Math.min(from + BLOCK, size);
    for (int i = from; i < end; i++) {
      below += weights[i];
      if (below > goal) {
        return ids[i];
      }
    }
    return lastWithWeight(end); // rounding: the block's sum was reached, but not by this order
  }

  private int lastWithWeight(int end) {
    int last = end - 1;
    while (weights[last] == 0) {
      last--;
    }
    return ids[last];
  }

  /** The ids from likeliest to least likely, lower ids first among equals. */
  int[] ranking() {
    for (int i = 0; i < size; i++) {
      int bits = Float.floatToRawIntBits(values[i] + 0f);
      int descending = ~(bits ^ ((bits >> 31) & Integer.MAX_VALUE));
      ranked[i] = ((long) descending << 32) | i;
    }
    Arrays.sort(ranked, 0, size);
    int[] ranking = new int[size];
    for (int i = 0; i < size; i++) {
      ranking[i] = ids[(int) ranked[i]];
    }
    return ranking;
  }
}
