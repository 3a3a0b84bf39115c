package dev.sluice.engine.sampling;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds where the likeliest tokens end, by count or by mass, without sorting the vocabulary.
 *
 * <p>A value's bits, seen as an integer that sorts like the float, are read as three digits. Per
 * digit a histogram tells in which bucket the limit is reached; only that bucket goes on to the
 * next digit. Three linear passes are the worst case, whatever the values.
 */
final class RadixSelect {
  private static final int DIGIT_BITS = 11;
  private static final int BUCKETS = 1 << DIGIT_BITS;

  /** Of the digits, highest first; the last two overlap by one bit, which is then a constant. */
  private static final int[] SHIFTS = {21, 10, 0};

  private final int[] undecided; // [vocabulary], ascending indices into the values
  private final double[] histogram = new double[BUCKETS]; // [digit], count or mass
  private int undecidedCount;
  private double above; // count or mass of what lies above the undecided

  private float lowest;
  private int ties;

  RadixSelect(int vocabularySize) {
    undecided = new int[vocabularySize];
  }

  /** The smallest value that is selected. */
  float lowest() {
    return lowest;
  }

  /** How many of the values that equal the lowest are selected: the first ones. At least 1. */
  int ties() {
    return ties;
  }

  /**
   * Selects the {@code limit} largest values.
   *
   * @param limit from 1 to {@code count}
   */
  void selectCount(float[] values, int count, int limit) {
    for (int i = 0; i < count; i++) {
      undecided[i] = i;
    }
    undecidedCount = count;
    select(values, null, limit);
  }

  /**
   * Selects the smallest set of largest values that weighs at least {@code limit}; never none.
   *
   * @param weights one per value, larger for larger values, not all 0
   * @param negligible a weight that can't be part of the set, nor can a smaller one
   */
  void selectMass(float[] values, double[] weights, int count, double limit, double negligible) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      undecided[kept] = i;
      kept += weights[i] > negligible ? 1 : 0;
    }
    undecidedCount = kept;
    select(values, weights, limit);
  }

  private void select(float[] values, double @Nullable [] weights, double limit) {
    above = 0;
    for (int shift : SHIFTS) {
      fillHistogram(values, weights, shift);
      keepOnly(findBucket(limit), values, shift);
    }
    lowest = values[undecided[0]];
    ties = 0;
    do {
      above += weights == null ? 1 : weights[undecided[ties]];
      ties++;
    } while (above < limit && ties < undecidedCount);
  }

  private void fillHistogram(float[] values, double @Nullable [] weights, int shift) {
    Arrays.fill(histogram, 0);
    for (int i = 0; i < undecidedCount; i++) {
      int index = undecided[i];
      histogram[digit(values[index], shift)] += weights == null ? 1 : weights[index];
    }
  }

  /** The bucket in which the limit is reached, or the last one if rounding lets it be missed. */
  private int findBucket(double limit) {
    int bucket = 0;
    double reached = above;
    for (int digit = BUCKETS - 1; digit >= 0 && reached < limit; digit--) {
      if (histogram[digit] > 0) {
        bucket = digit;
        above = reached;
        reached += histogram[digit];
      }
    }
    return bucket;
  }

  private void keepOnly(int bucket, float[] values, int shift) {
    int kept = 0;
    for (int i = 0; i < undecidedCount; i++) {
      int index = undecided[i];
      undecided[kept] = index;
      kept += digit(values[index], shift) == bucket ? 1 : 0;
    }
    undecidedCount = kept;
  }

  /** A digit of the value's bits as an unsigned integer that sorts like the value. */
  private static int digit(float value, int shift) {
    int bits = Float.floatToRawIntBits(value + 0f); // -0 becomes 0
    int sortable = bits ^ ((bits >> 31) | Integer.MIN_VALUE);
    return (sortable >>> shift) & (BUCKETS - 1);
  }
}
