package dev.sluice.engine.cpu;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.BackendOptions;
import dev.sluice.engine.backend.BackendProvider;
import dev.sluice.engine.cpu.simd.KernelSelection;
import dev.sluice.engine.model.LoadedModel;

/** Runs models on the processor's cores; usable everywhere. */
public final class CpuBackendProvider implements BackendProvider {
  private static final long WARM_UP_NANOS = 500_000_000;

  @Override
  public String name() {
    return "cpu";
  }

  @Override
  public boolean isUsable() {
    return true;
  }

  @Override
  public String unusableReason() {
    return "";
  }

  /**
   * {@inheritDoc}
   *
   * @throws BackendException if an option is out of range or the weights can't be read
   */
  @Override
  public Backend open(LoadedModel model, BackendOptions options) {
    requirePositive("threads", options.threads());
    requirePositive("block size", options.blockSize());
    requirePositive("block count", options.blockCount());
    requirePositive("max batched tokens", options.maxBatchedTokens());
    requirePositive("max model length", options.maxModelLen());
    CpuBackend backend = CpuBackend.open(model, options, KernelSelection.fastest());
    backend.warmUp(WARM_UP_NANOS);
    return backend;
  }

  private static void requirePositive(String what, int value) {
    if (value < 1) {
      throw new BackendException("%s %d is below 1; raise it".formatted(what, value));
    }
  }
}
