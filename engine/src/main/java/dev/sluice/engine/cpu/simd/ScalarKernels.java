package dev.sluice.engine.cpu.simd;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The kernels in plain Java: the oracle that the vector kernels are held to, and what runs where
 * the Vector API is missing.
 */
public final class ScalarKernels implements Kernels {
  private static final int TILE_ROWS = TiledMatrix.TILE_ROWS;

  @Override
  public String description() {
    return "scalar";
  }

  @Override
  public void multiply(
      TiledMatrix w,
      int tileBegin,
      int tileEnd,
      int tokens,
      float[] x,
      int xStride,
      float[] out,
      int outStride,
      Scratch scratch) {
    float[] row = new float[w.columns()];
    for (int r = tileBegin * TILE_ROWS; r < tileEnd * TILE_ROWS; r++) {
      w.dequantizeRow(r, row, 0);
      for (int t = 0; t < tokens; t++) {
        out[t * outStride + r] = dot(row, x, t * xStride);
      }
    }
  }

  private static float dot(float[] row, float[] x, int xOffset) {
    float sum = 0f;
    for (int k = 0; k < row.length; k++) {
      sum = Math.fma(row[k], x[xOffset + k], sum);
    }
    return sum;
  }

  @Override
  public void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int count) {
    for (int i = 0; i < count; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = g / (1f + ScalarMath.exp(-g)) * up[upOffset + i];
    }
  }

  @Override
  public void attend(
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
    for (int h = 0; h < headCount; h++) {
      int headOffset = h * kv.headDim();
      score(
          kv,
          kvHead,
          scale,
          queries,
          queryOffset + headOffset,
          blockTable,
          tableOffset,
          position,
          scratch);
      float sum = exponentiate(kv, position, scratch);
      gather(
          kv, kvHead, blockTable, tableOffset, position, sum, out, outOffset + headOffset, scratch);
    }
  }

  private static void score(
      KvLayer kv,
      int kvHead,
      float scale,
      float[] queries,
      int queryOffset,
      int[] blockTable,
      int tableOffset,
      int position,
      Scratch scratch) {
    int lanes = kv.lanes();
    for (int p = 0; p <= position; p++) {
      int offset = p % kv.blockSize();
      long at = kv.keyOffset(blockTable[tableOffset + p / kv.blockSize()], kvHead) + 4L * offset;
      float sum = 0f;
      for (int d = 0; d < kv.headDim(); d++) {
        float key = kv.keys().get(TiledMatrix.FLOAT, at + 4L * d * lanes);
        sum = Math.fma(key, queries[queryOffset + d], sum);
      }
      scratch.scores[p / kv.blockSize() * lanes + offset] = sum * scale;
    }
  }

  /** Replaces scores by exp(score - max) and returns their sum, by lanes of 16 within blocks. */
  private static float exponentiate(KvLayer kv, int position, Scratch scratch) {
    int lanes = kv.lanes();
    float[] scores = scratch.scores;
    float max = Float.NEGATIVE_INFINITY;
    for (int p = 0; p <= position; p++) {
      max = Math.max(max, scores[p / kv.blockSize() * lanes + p % kv.blockSize()]);
    }
    Arrays.fill(scratch.sums, 0f);
    for (int p = 0; p <= position; p++) {
      int lane = p % kv.blockSize();
      int at = p / kv.blockSize() * lanes + lane;
      scores[at] = ScalarMath.exp(scores[at] - max);
      scratch.sums[lane % 16] += scores[at];
    }
    return ScalarMath.sum(scratch.sums);
  }

  private static void gather(
      KvLayer kv,
      int kvHead,
      int[] blockTable,
      int tableOffset,
      int position,
      float sum,
      float[] out,
      int outOffset,
      Scratch scratch) {
    Arrays.fill(out, outOffset, outOffset + kv.headDim(), 0f);
    MemorySegment values = kv.values();
    for (int p = 0; p <= position; p++) {
      int offset = p % kv.blockSize();
      long at = kv.valueOffset(blockTable[tableOffset + p / kv.blockSize()], kvHead);
      at += 4L * offset * kv.headDim();
      float weight = scratch.scores[p / kv.blockSize() * kv.lanes() + offset];
      for (int d = 0; d < kv.headDim(); d++) {
        float value = values.get(TiledMatrix.FLOAT, at + 4L * d);
        out[outOffset + d] = Math.fma(value, weight, out[outOffset + d]);
      }
    }
    for (int d = 0; d < kv.headDim(); d++) {
      out[outOffset + d] /= sum;
    }
  }
}
