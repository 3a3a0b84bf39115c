package dev.sluice.engine.cpu.simd;

/** The kernels on the Vector API; to be loaded only where its module is present. */
public final class VectorKernels implements Kernels {
  private static final int VECTORS_PER_TILE = TiledMatrix.TILE_ROWS / VectorSupport.LANES;

  @Override
  public String description() {
    return "vector " + VectorSupport.FLOATS.vectorBitSize() + " bit";
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
    int begin = tileBegin * VECTORS_PER_TILE;
    int end = tileEnd * VECTORS_PER_TILE;
    if (tokens == 1) {
      OneTokenKernels.multiply(w, begin, end, x, 0, out, 0);
    } else {
      PanelKernels.multiply(w, begin, end, tokens, x, xStride, out, outStride, scratch.panel);
    }
  }

  @Override
  public void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int count) {
    VectorMath.siluMultiply(gate, gateOffset, up, upOffset, count);
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
    AttentionKernels.attend(
        kv,
        kvHead,
        headCount,
        scale,
        queries,
        queryOffset,
        blockTable,
        tableOffset,
        position,
        out,
        outOffset,
        scratch);
  }
}
