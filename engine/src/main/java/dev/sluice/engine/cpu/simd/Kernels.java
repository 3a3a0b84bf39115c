package dev.sluice.engine.cpu.simd;

/**
 * The arithmetic that takes a decoder's time, with one result to the last bit whatever implements
 * it.
 *
 * <p>Every sum has one fixed order: a product's along K with one accumulator, an attention score's
 * along the head's dimensions, an attention output's along the positions. An element's value
 * depends on nothing else in the call, so batches and chunks can be cut anywhere.
 *
 * <p>Implementations keep no state and may be called by any thread; scratch memory belongs to the
 * caller's thread.
 */
public interface Kernels {

  /** One line for the start-up log. */
  String description();

  /**
   * {@code out[t, row] = Σk w[row, k] · x[t, k]} for the rows of some tiles.
   *
   * @param x {@code [tokens, xStride]}
   * @param out {@code [tokens, outStride]}; {@code outStride} is at least {@link
   *     TiledMatrix#paddedRows()}, as padding rows are written too
   */
  void multiply(
      TiledMatrix w,
      int tileBegin,
      int tileEnd,
      int tokens,
      float[] x,
      int xStride,
      float[] out,
      int outStride,
      Scratch scratch);

  /** {@code gate[i] = silu(gate[i]) · up[i]} for {@code count} elements; count is any number. */
  void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int count);

  /**
   * Attention of one token's query heads that share a key-value head, over positions {@code
   * 0..position}.
   *
   * @param queries {@code [headCount, headDim]} from {@code queryOffset}
   * @param blockTable physical blocks from {@code tableOffset}
   * @param out {@code [headCount, headDim]} from {@code outOffset}
   */
  void attend(
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
      Scratch scratch);
}
