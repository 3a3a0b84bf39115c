package dev.sluice.engine.cpu.simd;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Picks the kernels for this JVM, once: vectors if their module is present, else plain Java. */
public final class KernelSelection {
  private static final Logger log = LoggerFactory.getLogger(KernelSelection.class);
  private static final String MODULE = "jdk.incubator.vector";

  private KernelSelection() {}

  /** The fastest kernels that run here; the choice is made and logged at the first call. */
  public static Kernels fastest() {
    return Holder.KERNELS;
  }

  private static final class Holder {
    static final Kernels KERNELS = select();

    private static Kernels select() {
      if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
        return new VectorKernels();
      }
      log.warn(
          "The JVM runs without the Vector API, so generation will be many times slower;"
              + " start it with --add-modules {}",
          MODULE);
      return new ScalarKernels();
    }
  }
}
