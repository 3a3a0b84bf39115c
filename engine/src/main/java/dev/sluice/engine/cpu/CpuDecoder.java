package dev.sluice.engine.cpu;

import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.cpu.simd.Kernels;
import dev.sluice.engine.cpu.simd.KvLayer;
import dev.sluice.engine.cpu.simd.Scratch;
import dev.sluice.engine.cpu.simd.TiledMatrix;
import dev.sluice.engine.model.DecoderSpec;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass of a decoder-only transformer over one batch, as a sequence of parallel phases.
 *
 * <p>A layer is: norm; query, key and value; rotation and the KV write; attention; output
 * projection added to the residual; norm; gate and up; down added to the residual. Each phase is a
 * {@link WorkerTeam.Work} made once; what varies from layer to layer lies in fields that the
 * caller's thread sets between phases. Buffers are made once for the largest batch, so a step
 * allocates nothing.
 */
final class CpuDecoder {
  /** Chunks per thread and phase: enough to even out threads that lose their core for a moment. */
  private static final int CHUNKS_PER_THREAD = 4;

  /** Tiles that the kernels like to take together. */
  private static final int TILE_GROUP = 4;

  /** Elements per chunk of phases that touch each token's vector once. */
  private static final int ELEMENTS_PER_CHUNK = 1 << 13;

  private final DecoderSpec spec;
  private final DecoderWeights weights;
  private final Kernels kernels;
  private final WorkerTeam team;
  private final KvLayer[] kv;
  private final RopeTable rope;
  private final Scratch[] scratch; // one per worker

  private final int hiddenStride;
  private final int queryStride;
  private final int keyStride;
  private final int attentionStride;
  private final int feedForwardStride;

  private final float[] hidden; // [tokens, hiddenStride], the residual stream
  private final float[] normed; // [tokens, hiddenStride]
  private final float[] projected; // [tokens, hiddenStride]
  private final float[] queries; // [tokens, queryStride]
  private final float[] keys; // [tokens, keyStride]
  private final float[] values; // [tokens, keyStride]
  private final float[] attended; // [tokens, attentionStride]
  private final float[] gates; // [tokens, feedForwardStride]
  private final float[] ups; // [tokens, feedForwardStride]

  private final WorkerTeam.Work embedding = this::embed;
  private final WorkerTeam.Work norming = this::norm;
  private final WorkerTeam.Work projecting = this::project;
  private final WorkerTeam.Work rotating = this::rotateAndStore;
  private final WorkerTeam.Work attending = this::attend;
  private final WorkerTeam.Work reducing = this::reduce;
  private final WorkerTeam.Work adding = this::addNormed;
  private final WorkerTeam.Work expanding = this::expand;
  private final WorkerTeam.Work heading = this::head;

  // What the phase at hand works on.
  private ForwardBatch batch;
  private int tokenCount;
  private DecoderWeights.Layer layer;
  private KvLayer layerKv;
  private float[] normWeight;
  private TiledMatrix reduction;
  private float[] reductionInput;
  private int reductionInputStride;
  private float @Nullable [] postNorm;
  private int headsPerItem;
  private int rowCount;
  private float[] logits;

  CpuDecoder(
      DecoderSpec spec,
      DecoderWeights weights,
      Kernels kernels,
      WorkerTeam team,
      KvLayer[] kv,
      Scratch[] scratch,
      int maxTokens,
      int maxModelLen) {
    this.spec = spec;
    this.weights = weights;
    this.kernels = kernels;
    this.team = team;
    this.kv = kv;
    this.scratch = scratch;
    rope = new RopeTable(spec.rope(), maxModelLen);
    hiddenStride = padded(spec.hiddenSize());
    attentionStride = spec.headCount() * spec.headDim();
    queryStride = padded(attentionStride);
    keyStride = padded(spec.kvHeadCount() * spec.headDim());
    feedForwardStride = padded(spec.intermediateSize());
    hidden = buffer(maxTokens, hiddenStride);
    normed = buffer(maxTokens, hiddenStride);
    projected = buffer(maxTokens, hiddenStride);
    queries = buffer(maxTokens, queryStride);
    keys = buffer(maxTokens, keyStride);
    values = buffer(maxTokens, keyStride);
    attended = buffer(maxTokens, attentionStride);
    gates = buffer(maxTokens, feedForwardStride);
    ups = buffer(maxTokens, feedForwardStride);
    batch = new ForwardBatch(1, 1, 1);
    layer = weights.layers()[0];
    layerKv = kv[0];
    normWeight = layer.attentionNorm();
    reduction = layer.attentionOutput();
    reductionInput = attended;
    logits = hidden;
  }

  private static int padded(int rows) {
    return (rows + TiledMatrix.TILE_ROWS - 1) / TiledMatrix.TILE_ROWS * TiledMatrix.TILE_ROWS;
  }

  private static float[] buffer(int tokens, int stride) {
    return new float[Math.multiplyExact(tokens, stride)];
  }

  /** Floats between the logits of two rows. */
  int logitsStride() {
    return weights.head().paddedRows();
  }

  /** Runs all layers over the batch's tokens and writes their keys and values. */
  void forward(ForwardBatch step) {
    batch = step;
    tokenCount = step.tokenCount;
    team.run(embedding, tokenCount, tokensPerChunk());
    for (int i = 0; i < weights.layers().length; i++) {
      layer = weights.layers()[i];
      layerKv = kv[i];
      attentionBlock();
      feedForwardBlock();
    }
  }

  private void attentionBlock() {
    normWeight = layer.attentionNorm();
    team.run(norming, tokenCount, tokensPerChunk());
    int tiles = layer.query().tileCount() + layer.key().tileCount() + layer.value().tileCount();
    team.run(projecting, tiles, tilesPerChunk(tiles));
    team.run(rotating, tokenCount, tokensPerChunk());
    int group = spec.headCount() / spec.kvHeadCount();
    int sharedItems = tokenCount * spec.kvHeadCount();
    headsPerItem = sharedItems >= 2 * team.threads() * CHUNKS_PER_THREAD ? group : 1;
    int items = tokenCount * spec.headCount() / headsPerItem;
    team.run(attending, items, Math.max(1, items / (team.threads() * CHUNKS_PER_THREAD * 4)));
    reduceIntoHidden(layer.attentionOutput(), attended, attentionStride, layer.postAttentionNorm());
  }

  private void feedForwardBlock() {
    normWeight = layer.feedForwardNorm();
    team.run(norming, tokenCount, tokensPerChunk());
    int tiles = layer.gate().tileCount();
    team.run(expanding, tiles, tilesPerChunk(tiles));
    reduceIntoHidden(layer.down(), gates, feedForwardStride, layer.postFeedForwardNorm());
  }

  private void reduceIntoHidden(
      TiledMatrix matrix, float[] input, int inputStride, float @Nullable [] norm) {
    reduction = matrix;
    reductionInput = input;
    reductionInputStride = inputStride;
    postNorm = norm;
    team.run(reducing, matrix.tileCount(), tilesPerChunk(matrix.tileCount()));
    if (norm != null) {
      team.run(adding, tokenCount, tokensPerChunk());
    }
  }

  /**
   * Computes the logits of the rows {@code begin .. begin + count} into {@code out [rows,
   * logitsStride]}; the batch is the one that {@link #forward} ran last.
   */
  void head(int begin, int count, float[] out) {
    rowCount = count;
    logits = out;
    for (int row = 0; row < count; row++) {
      int from = batch.rowTokens[begin + row] * hiddenStride;
      normInto(hidden, from, weights.outputNorm(), projected, row * hiddenStride);
    }
    int tiles = weights.head().tileCount();
    team.run(heading, tiles, tilesPerChunk(tiles));
  }

  private int tokensPerChunk() {
    return Math.max(1, ELEMENTS_PER_CHUNK / spec.hiddenSize());
  }

  private int tilesPerChunk(int tiles) {
    int even = tiles / (team.threads() * CHUNKS_PER_THREAD);
    return Math.max(TILE_GROUP, even / TILE_GROUP * TILE_GROUP);
  }

  private void embed(int worker, int begin, int end) {
    for (int t = begin; t < end; t++) {
      weights.embedding().dequantizeRow(batch.tokenIds[t], hidden, t * hiddenStride);
    }
  }

  private void norm(int worker, int begin, int end) {
    for (int t = begin; t < end; t++) {
      normInto(hidden, t * hiddenStride, normWeight, normed, t * hiddenStride);
    }
  }

  private void normInto(float[] x, int from, float[] weight, float[] out, int to) {
    RmsNorm.apply(x, from, weight, spec.normEpsilon(), out, to);
  }

  /** Items are the tiles of query, key and value, one after the other. */
  private void project(int worker, int begin, int end) {
    int queryTiles = layer.query().tileCount();
    int keyTiles = layer.key().tileCount();
    int valueStart = queryTiles + keyTiles;
    projectPart(worker, layer.query(), layer.queryBias(), begin, end, 0, queries, queryStride);
    projectPart(worker, layer.key(), layer.keyBias(), begin, end, queryTiles, keys, keyStride);
    projectPart(
        worker, layer.value(), layer.valueBias(), begin, end, valueStart, values, keyStride);
  }

  private void projectPart(
      int worker,
      TiledMatrix matrix,
      float @Nullable [] bias,
      int begin,
      int end,
      int firstItem,
      float[] out,
      int outStride) {
    int from = Math.max(begin - firstItem, 0);
    int to = Math.min(end - firstItem, matrix.tileCount());
    if (from >= to) {
      return;
    }
    multiply(worker, matrix, from, to, normed, hiddenStride, out, outStride);
    if (bias != null) {
      addBias(bias, from, to, out, outStride);
    }
  }

  private void addBias(float[] bias, int tileBegin, int tileEnd, float[] out, int outStride) {
    int begin = tileBegin * TiledMatrix.TILE_ROWS;
    int end = Math.min(tileEnd * TiledMatrix.TILE_ROWS, bias.length);
    for (int t = 0; t < tokenCount; t++) {
      for (int row = begin; row < end; row++) {
        out[t * outStride + row] += bias[row];
      }
    }
  }

  private void multiply(
      int worker,
      TiledMatrix matrix,
      int from,
      int to,
      float[] x,
      int xStride,
      float[] out,
      int outStride) {
    kernels.multiply(matrix, from, to, tokenCount, x, xStride, out, outStride, scratch[worker]);
  }

  private void rotateAndStore(int worker, int begin, int end) {
    int headDim = spec.headDim();
    for (int t = begin; t < end; t++) {
      int position = batch.positions[t];
      for (int h = 0; h < spec.headCount(); h++) {
        rotate(queries, t * queryStride + h * headDim, layer.queryNorm(), position);
      }
      for (int h = 0; h < spec.kvHeadCount(); h++) {
        int at = t * keyStride + h * headDim;
        rotate(keys, at, layer.keyNorm(), position);
        layerKv.store(batch.slots[t], h, keys, at, values, at);
      }
    }
  }

  private void rotate(float[] head, int at, float @Nullable [] headNorm, int position) {
    if (headNorm != null) {
      normInto(head, at, headNorm, head, at);
    }
    rope.rotate(head, at, position);
  }

  /** Items are (token, group of query heads), the token outermost. */
  private void attend(int worker, int begin, int end) {
    int group = spec.headCount() / spec.kvHeadCount();
    int itemsPerToken = spec.headCount() / headsPerItem;
    int sequence = 0;
    for (int item = begin; item < end; item++) {
      int t = item / itemsPerToken;
      int head = item % itemsPerToken * headsPerItem;
      while (batch.sequenceStarts[sequence + 1] <= t) {
        sequence++;
      }
      kernels.attend(
          layerKv,
          head / group,
          headsPerItem,
          spec.attentionScale(),
          queries,
          t * queryStride + head * spec.headDim(),
          batch.blockTables,
          sequence * batch.maxBlocksPerSequence,
          batch.positions[t],
          attended,
          t * attentionStride + head * spec.headDim(),
          scratch[worker]);
    }
  }

  /** A projection back to the hidden size, added to the residual unless a norm comes first. */
  private void reduce(int worker, int begin, int end) {
    multiply(
        worker,
        reduction,
        begin,
        end,
        reductionInput,
        reductionInputStride,
        projected,
        hiddenStride);
    if (postNorm == null) {
      int from = begin * TiledMatrix.TILE_ROWS;
      int count = (end - begin) * TiledMatrix.TILE_ROWS;
      for (int t = 0; t < tokenCount; t++) {
        addToHidden(t * hiddenStride + from, count);
      }
    }
  }

  private void addToHidden(int offset, int count) {
    for (int i = offset; i < offset + count; i++) {
      hidden[i] += projected[i];
    }
  }

  private void addNormed(int worker, int begin, int end) {
    float[] norm = postNorm;
    if (norm == null) {
      throw new IllegalStateException("a layer without post-norm has nothing to norm");
    }
    for (int t = begin; t < end; t++) {
      normInto(projected, t * hiddenStride, norm, projected, t * hiddenStride);
      addToHidden(t * hiddenStride, spec.hiddenSize());
    }
  }

  private void expand(int worker, int begin, int end) {
    multiply(worker, layer.gate(), begin, end, normed, hiddenStride, gates, feedForwardStride);
    multiply(worker, layer.up(), begin, end, normed, hiddenStride, ups, feedForwardStride);
    int from = begin * TiledMatrix.TILE_ROWS;
    int count = (end - begin) * TiledMatrix.TILE_ROWS;
    for (int t = 0; t < tokenCount; t++) {
      int at = t * feedForwardStride + from;
      kernels.siluMultiply(gates, at, ups, at, count);
    }
  }

  private void head(int worker, int begin, int end) {
    kernels.multiply(
        weights.head(),
        begin,
        end,
        rowCount,
        projected,
        hiddenStride,
        logits,
        logitsStride(),
        scratch[worker]);
  }
}
