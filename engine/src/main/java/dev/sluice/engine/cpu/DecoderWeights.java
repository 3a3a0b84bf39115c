package dev.sluice.engine.cpu;

import dev.sluice.engine.cpu.simd.TiledMatrix;
import org.jspecify.annotations.Nullable;

/**
 * A decoder's weights in the layout that the kernels read.
 *
 * @param embedding {@code [vocabulary, hidden]}; also the head where they are tied
 * @param outputNorm {@code [hidden]}
 * @param head {@code [vocabulary, hidden]}
 */
record DecoderWeights(
    TiledMatrix embedding, Layer[] layers, float[] outputNorm, TiledMatrix head, long byteSize) {

  /**
   * One decoder layer.
   *
   * @param queryNorm per-head norm {@code [headDim]}, of families that have one
   * @param postAttentionNorm norm of the attention's output before it is added, likewise
   */
  record Layer(
      float[] attentionNorm,
      TiledMatrix query,
      float @Nullable [] queryBias,
      TiledMatrix key,
      float @Nullable [] keyBias,
      TiledMatrix value,
      float @Nullable [] valueBias,
      float @Nullable [] queryNorm,
      float @Nullable [] keyNorm,
      TiledMatrix attentionOutput,
      float @Nullable [] postAttentionNorm,
      float[] feedForwardNorm,
      TiledMatrix gate,
      TiledMatrix up,
      TiledMatrix down,
      float @Nullable [] postFeedForwardNorm) {}
}
