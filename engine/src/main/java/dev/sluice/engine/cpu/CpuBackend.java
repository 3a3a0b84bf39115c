package dev.sluice.engine.cpu;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.engine.backend.BackendOptions;
import dev.sluice.engine.backend.BlockCopies;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.cpu.simd.Kernels;
import dev.sluice.engine.cpu.simd.KvLayer;
import dev.sluice.engine.cpu.simd.Scratch;
import dev.sluice.engine.model.DecoderSpec;
import dev.sluice.engine.model.LoadedModel;
import java.lang.foreign.Arena;

/**
 * Runs a decoder on the processor's cores in float32: logits have the same bits whatever the batch,
 * the chunking, the number of threads and the vector width.
 *
 * <p>{@link #launch} computes the step before it returns. Weights and KV memory are native and are
 * freed by {@link #close}, which must not run beside a step.
 */
public final class CpuBackend implements Backend {
  /** Rows whose logits are in memory at a time. */
  private static final int LOGIT_ROWS = 32;

  private final BackendInfo info;
  private final BackendOptions options;
  private final Arena arena;
  private final WorkerTeam team;
  private final CpuDecoder decoder;
  private final HostTierMemory tier;
  private final float[] logits; // [LOGIT_ROWS, logitsStride]
  private final RowSampler[] samplers; // one per worker
  private final StepResult result;
  private final WorkerTeam.Work sampling = this::sample;
  private ForwardBatch batch = new ForwardBatch(1, 1, 1);
  private int firstRow;
  private boolean launched;

  private CpuBackend(
      LoadedModel model, BackendOptions options, Kernels kernels, Arena arena, WorkerTeam team) {
    this.options = options;
    this.arena = arena;
    this.team = team;
    DecoderSpec spec = model.spec();
    DecoderWeights weights = WeightLoader.load(model, arena, team);
    KvLayer[] kv = allocateKv(spec, options, arena);
    tier =
        options.tierFolder() == null
            ? HostTierMemory.inMemory(kv, options.tierBlockCount(), arena)
            : HostTierMemory.inFile(kv, options.tierFolder());
    Scratch[] scratch = new Scratch[team.threads()];
    samplers = new RowSampler[team.threads()];
    for (int i = 0; i < scratch.length; i++) {
      int group = spec.headCount() / spec.kvHeadCount();
      scratch[i] = new Scratch(arena, group, options.maxModelLen(), options.blockSize());
      samplers[i] = new RowSampler(spec.vocabularySize());
    }
    int maxTokens = Math.max(options.maxBatchedTokens(), LOGIT_ROWS);
    decoder =
        new CpuDecoder(spec, weights, kernels, team, kv, scratch, maxTokens, options.maxModelLen());
    logits = new float[Math.multiplyExact(LOGIT_ROWS, decoder.logitsStride())];
    result = new StepResult(maxTokens);
    info =
        new BackendInfo(
            "cpu",
            "%s, float32, %d threads".formatted(kernels.description(), team.threads()),
            spec.vocabularySize(),
            options.blockSize(),
            options.blockCount(),
            options.tierBlockCount(),
            options.maxModelLen(),
            weights.byteSize(),
            kv.length * (kv[0].keys().byteSize() + kv[0].values().byteSize()));
  }

  /**
   * Loads the model's weights and starts the worker threads.
   *
   * @throws BackendException if the weights can't be read
   */
  @SuppressWarnings("MustBeClosedChecker") // the backend closes the arena when it is closed itself
  static CpuBackend open(LoadedModel model, BackendOptions options, Kernels kernels) {
    Arena arena = Arena.ofShared();
    WorkerTeam team = new WorkerTeam(options.threads());
    try {
      return new CpuBackend(model, options, kernels, arena, team);
    } catch (RuntimeException | Error e) {
      team.close();
      arena.close();
      throw e;
    }
  }

  private static KvLayer[] allocateKv(DecoderSpec spec, BackendOptions options, Arena arena) {
    int blocks = options.blockCount();
    int blockSize = options.blockSize();
    int heads = spec.kvHeadCount();
    int headDim = spec.headDim();
    KvLayer[] layers = new KvLayer[spec.layerCount()];
    for (int i = 0; i < layers.length; i++) {
      layers[i] =
          new KvLayer(
              NativeMemory.allocate(arena, KvLayer.keyBytes(blocks, blockSize, heads, headDim)),
              NativeMemory.allocate(arena, KvLayer.valueBytes(blocks, blockSize, heads, headDim)),
              blockSize,
              heads,
              headDim);
    }
    return layers;
  }

  /**
   * Runs steps of one and of several tokens for a while, so that the first requests meet compiled
   * kernels. They write to block 0, whose contents no sequence reads before it has written them.
   */
  void warmUp(long nanos) {
    int several = Math.min(7, Math.min(options.blockSize(), options.maxBatchedTokens()));
    ForwardBatch single = warmUpBatch(1);
    ForwardBatch multiple = warmUpBatch(Math.min(several, options.maxModelLen()));
    long start = System.nanoTime();
    do {
      launch(single);
      launch(multiple);
    } while (System.nanoTime() - start < nanos);
    launched = false;
  }

  private static ForwardBatch warmUpBatch(int tokens) {
    ForwardBatch step = new ForwardBatch(tokens, 1, 1);
    for (int t = 0; t < tokens; t++) {
      step.positions[t] = t;
      step.slots[t] = t;
      step.rowTokens[t] = t;
      step.rowLogprobs[t] = ForwardBatch.NO_LOGPROBS;
    }
    step.tokenCount = tokens;
    step.sequenceCount = 1;
    step.sequenceStarts[1] = tokens;
    step.contextLengths[0] = tokens;
    step.rowCount = tokens;
    return step;
  }

  @Override
  public BackendInfo info() {
    return info;
  }

  @Override
  public void launch(ForwardBatch step) {
    check(step);
    launched = false;
    batch = step;
    decoder.forward(step);
    for (firstRow = 0; firstRow < step.rowCount; firstRow += LOGIT_ROWS) {
      int rows = Math.min(LOGIT_ROWS, step.rowCount - firstRow);
      decoder.head(firstRow, rows, logits);
      team.run(sampling, rows, 1);
    }
    result.rowCount = step.rowCount;
    launched = true;
  }

  private void sample(int worker, int begin, int end) {
    for (int i = begin; i < end; i++) {
      int offset = i * decoder.logitsStride();
      samplers[worker].resolve(batch, firstRow + i, logits, offset, result);
    }
  }

  private void check(ForwardBatch step) {
    if (step.tokenCount > options.maxBatchedTokens()) {
      throw new BackendException(
          "a step of %d tokens exceeds the %d that the backend was opened for"
              .formatted(step.tokenCount, options.maxBatchedTokens()));
    }
    int slotCount = options.blockCount() * options.blockSize();
    for (int t = 0; t < step.tokenCount; t++) {
      checkRange("token id", step.tokenIds[t], info.vocabularySize(), t);
      checkRange("position", step.positions[t], options.maxModelLen(), t);
      checkRange("slot", step.slots[t], slotCount, t);
    }
  }

  private static void checkRange(String what, int value, int limit, int token) {
    if (value < 0 || value >= limit) {
      throw new BackendException(
          "%s %d of the batch's token %d is not in 0..%d".formatted(what, value, token, limit - 1));
    }
  }

  @Override
  public void copy(BlockCopies copies) {
    tier.copy(copies);
  }

  @Override
  public StepResult await() {
    if (!launched) {
      throw new BackendException("no step was launched, or the last one failed");
    }
    return result;
  }

  @Override
  public void close() {
    team.close();
    tier.close();
    arena.close();
  }
}
