package dev.sluice.engine.cpu.simd;

import static dev.sluice.engine.cpu.simd.VectorSupport.FLOATS;
import static dev.sluice.engine.cpu.simd.VectorSupport.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Attention over paged keys and values: scores with positions in the lanes, then the softmax, then
 * the values' weighted sum with dimensions in the lanes.
 *
 * <p>Three query heads of a key-value head share the loads where there are that many; each keeps
 * its own sums, so that sharing changes no result.
 */
final class AttentionKernels {
  private AttentionKernels() {}

  static void attend(
      KvLayer kv,
      int kvHead,
      int headCount,
      float scale,
      float[] queries,
      int queryOffset,
      int[] blockTable,
      int tableOffset,
      int position,
      float[] out,
      int outOffset,
      Scratch scratch) {
    int headDim = kv.headDim();
    for (int h = 0; h < headCount; ) {
      int heads = headCount - h >= 3 ? 3 : 1;
      int queryAt = queryOffset + h * headDim;
      int outAt = outOffset + h * headDim;
      score(kv, kvHead, heads, scale, queries, queryAt, blockTable, tableOffset, position, scratch);
      for (int i = 0; i < heads; i++) {
        float sum = exponentiate(kv, position, scratch, i * scratch.scoreStride);
        scratch.totals[i] = sum;
      }
      gather(kv, kvHead, heads, blockTable, tableOffset, position, out, outAt, scratch);
      for (int i = 0; i < heads; i++) {
        divide(out, outAt + i * headDim, headDim, scratch.totals[i]);
      }
      h += heads;
    }
  }

  private static void score(
      KvLayer kv,
      int kvHead,
      int heads,
      float scale,
      float[] queries,
      int queryOffset,
      int[] blockTable,
      int tableOffset,
      int position,
      Scratch scratch) {
    int lanes = kv.lanes();
    int headDim = kv.headDim();
    int lastBlock = position / kv.blockSize();
    for (int b = 0; b <= lastBlock; b++) {
      long at = kv.keyOffset(blockTable[tableOffset + b], kvHead);
      int to = b * lanes;
      for (int lane = 0; lane < lanes; lane += LANES) {
        long keysAt = at + 4L * lane;
        if (heads == 3) {
          score3(
              kv.keys(),
              keysAt,
              lanes,
              headDim,
              scale,
              queries,
              queryOffset,
              scratch.scores,
              to + lane,
              scratch.scoreStride);
        } else {
          score1(
              kv.keys(),
              keysAt,
              lanes,
              headDim,
              scale,
              queries,
              queryOffset,
              scratch.scores,
              to + lane);
        }
      }
      // Lanes beyond the block or the position hold no token: their weight is exp(-inf) = 0.
      int used = b < lastBlock ? kv.blockSize() : position % kv.blockSize() + 1;
      for (int h = 0; h < heads; h++) {
        int base = to + h * scratch.scoreStride;
        Arrays.fill(scratch.scores, base + used, base + lanes, Float.NEGATIVE_INFINITY);
      }
    }
  }

  private static void score3(
      MemorySegment keys,
      long at,
      int lanes,
      int headDim,
      float scale,
      float[] queries,
      int queryOffset,
      float[] scores,
      int to,
      int scoreStride) {
    FloatVector a0 = FloatVector.zero(FLOATS);
    FloatVector a1 = FloatVector.zero(FLOATS);
    FloatVector a2 = FloatVector.zero(FLOATS);
    int q1 = queryOffset + headDim;
    int q2 = q1 + headDim;
    for (int d = 0; d < headDim; d++) {
      long offset = at + 4L * d * lanes;
      FloatVector key = FloatVector.fromMemorySegment(FLOATS, keys, offset, LITTLE_ENDIAN);
      a0 = key.fma(FloatVector.broadcast(FLOATS, queries[queryOffset + d]), a0);
      a1 = key.fma(FloatVector.broadcast(FLOATS, queries[q1 + d]), a1);
      a2 = key.fma(FloatVector.broadcast(FLOATS, queries[q2 + d]), a2);
    }
    a0.mul(scale).intoArray(scores, to);
    a1.mul(scale).intoArray(scores, to + scoreStride);
    a2.mul(scale).intoArray(scores, to + 2 * scoreStride);
  }

  private static void score1(
      MemorySegment keys,
      long at,
      int lanes,
      int headDim,
      float scale,
      float[] queries,
      int queryOffset,
      float[] scores,
      int to) {
    FloatVector a = FloatVector.zero(FLOATS);
    for (int d = 0; d < headDim; d++) {
      long offset = at + 4L * d * lanes;
      FloatVector key = FloatVector.fromMemorySegment(FLOATS, keys, offset, LITTLE_ENDIAN);
      a = key.fma(FloatVector.broadcast(FLOATS, queries[queryOffset + d]), a);
    }
    a.mul(scale).intoArray(scores, to);
  }

  /** Replaces scores by exp(score - max) and returns their sum, by lanes of 16 within blocks. */
  private static float exponentiate(KvLayer kv, int position, Scratch scratch, int from) {
    int count = (position / kv.blockSize() + 1) * kv.lanes();
    float[] scores = scratch.scores;
    FloatVector maxima = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < count; i += LANES) {
      maxima = maxima.max(FloatVector.fromArray(FLOATS, scores, from + i));
    }
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < LANES; i++) {
      max = Math.max(max, maxima.lane(i));
    }
    for (int lane = 0; lane < 16; lane += LANES) {
      FloatVector sums = FloatVector.zero(FLOATS);
      for (int i = lane; i < count; i += 16) {
        FloatVector e = VectorMath.exp(FloatVector.fromArray(FLOATS, scores, from + i).sub(max));
        e.intoArray(scores, from + i);
        sums = sums.add(e);
      }
      sums.intoArray(scratch.sums, lane);
    }
    return ScalarMath.sum(scratch.sums);
  }

  private static void gather(
      KvLayer kv,
      int kvHead,
      int heads,
      int[] blockTable,
      int tableOffset,
      int position,
      float[] out,
      int outOffset,
      Scratch scratch) {
    int headDim = kv.headDim();
    int vectorDims = FLOATS.loopBound(headDim);
    int stride = scratch.scoreStride;
    int lastBlock = position / kv.blockSize();
    Arrays.fill(out, outOffset, outOffset + heads * headDim, 0f);
    for (int b = 0; b <= lastBlock; b++) {
      int used = b < lastBlock ? kv.blockSize() : position % kv.blockSize() + 1;
      long at = kv.valueOffset(blockTable[tableOffset + b], kvHead);
      int from = b * kv.lanes();
      for (int d = 0; d < vectorDims; d += LANES) {
        long valueAt = at + 4L * d;
        int to = outOffset + d;
        if (heads == 3) {
          gather3(kv.values(), valueAt, headDim, used, scratch.scores, from, stride, out, to);
        } else {
          gather1(kv.values(), valueAt, headDim, used, scratch.scores, from, out, to);
        }
      }
      for (int d = vectorDims; d < headDim; d++) {
        for (int h = 0; h < heads; h++) {
          int to = outOffset + h * headDim + d;
          long valueAt = at + 4L * d;
          gatherLane(kv, valueAt, used, scratch.scores, from + h * stride, out, to);
        }
      }
    }
  }

  private static void gather3(
      MemorySegment values,
      long at,
      int headDim,
      int positions,
      float[] weights,
      int from,
      int weightStride,
      float[] out,
      int to) {
    FloatVector a0 = FloatVector.fromArray(FLOATS, out, to);
    FloatVector a1 = FloatVector.fromArray(FLOATS, out, to + headDim);
    FloatVector a2 = FloatVector.fromArray(FLOATS, out, to + 2 * headDim);
    int w1 = from + weightStride;
    int w2 = w1 + weightStride;
    for (int p = 0; p < positions; p++) {
      long offset = at + 4L * p * headDim;
      FloatVector value = FloatVector.fromMemorySegment(FLOATS, values, offset, LITTLE_ENDIAN);
      a0 = value.fma(FloatVector.broadcast(FLOATS, weights[from + p]), a0);
      a1 = value.fma(FloatVector.broadcast(FLOATS, weights[w1 + p]), a1);
      a2 = value.fma(FloatVector.broadcast(FLOATS, weights[w2 + p]), a2);
    }
    a0.intoArray(out, to);
    a1.intoArray(out, to + headDim);
    a2.intoArray(out, to + 2 * headDim);
  }

  private static void gather1(
      MemorySegment values,
      long at,
      int headDim,
      int positions,
      float[] weights,
      int from,
      float[] out,
      int to) {
    FloatVector a = FloatVector.fromArray(FLOATS, out, to);
    for (int p = 0; p < positions; p++) {
      long offset = at + 4L * p * headDim;
      FloatVector value = FloatVector.fromMemorySegment(FLOATS, values, offset, LITTLE_ENDIAN);
      a = value.fma(FloatVector.broadcast(FLOATS, weights[from + p]), a);
    }
    a.intoArray(out, to);
  }

  private static void gatherLane(
      KvLayer kv, long at, int positions, float[] weights, int from, float[] out, int to) {
    float sum = out[to];
    for (int p = 0; p < positions; p++) {
      float value = kv.values().get(TiledMatrix.FLOAT, at + 4L * p * kv.headDim());
      sum = Math.fma(value, weights[from + p], sum);
    }
    out[to] = sum;
  }

  private static void divide(float[] out, int offset, int count, float divisor) {
    for (int i = offset; i < offset + count; i++) {
      out[i] /= divisor;
    }
  }
}
