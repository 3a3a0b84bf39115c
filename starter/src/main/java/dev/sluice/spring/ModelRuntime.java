package dev.sluice.spring;

import com.sun.management.OperatingSystemMXBean;
import dev.sluice.engine.Engine;
import dev.sluice.engine.EngineConfig;
import dev.sluice.engine.EngineObserver;
import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.engine.backend.BackendOptions;
import dev.sluice.engine.backend.BackendProvider;
import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.ModelFiles;
import dev.sluice.engine.model.ModelFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A loaded model with a running engine over it. */
public final class ModelRuntime implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ModelRuntime.class);

  private final String name;
  private final LoadedModel model;
  private final Engine engine;

  public ModelRuntime(String name, LoadedModel model, Engine engine) {
    this.name = name;
    this.model = model;
    this.engine = engine;
  }

  /**
   * Opens a model file, loads it into the first usable backend and starts an engine. Blocks while
   * it reads the weights.
   *
   * @param observer what the engine's meters are made of
   * @throws OperatorException if the file, the settings or the machine do not allow it
   */
  public static ModelRuntime load(ModelSettings settings, EngineObserver observer) {
    long started = System.nanoTime();
    LoadedModel model = open(settings.modelFile());
    try {
      KvPool pool = KvPool.size(model.spec(), settings, memoryBytes());
      Backend backend = backendProvider().open(model, backendOptions(settings, pool));
      Engine engine =
          Engine.start(engineConfig(settings, pool), backend, model.tokenizer().eosIds(), observer);
      logLoaded(settings, backend.info(), System.nanoTime() - started);
      return new ModelRuntime(settings.servedName(), model, engine);
    } catch (RuntimeException | Error e) {
      closeQuietly(model);
      throw e;
    }
  }

  /**
   * Opens a model file and closes it again.
   *
   * @throws OperatorException if it is refused
   */
  public static void check(Path file) {
    try (LoadedModel model = open(file)) {
      log.debug("{} holds a {} model", file, model.spec().architecture());
    } catch (IOException e) {
      throw new OperatorException("cannot close " + file + ": " + e.getMessage(), e);
    }
  }

  private static LoadedModel open(Path file) {
    try {
      return ModelFiles.open(file);
    } catch (ModelFormatException e) {
      throw new OperatorException("cannot use " + e.getMessage(), e);
    } catch (IOException e) {
      throw new OperatorException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static BackendProvider backendProvider() {
    var providers = ServiceLoader.load(BackendProvider.class).stream().map(p -> p.get()).toList();
    return providers.stream()
        .filter(BackendProvider::isUsable)
        .findFirst()
        .orElseThrow(() ->
            new OperatorException(
                "no backend can run a model here; "
                    + providers.stream()
                        .map(p -> p.name() + ": " + p.unusableReason())
                        .collect(Collectors.joining("; "))));
  }

  private static BackendOptions backendOptions(ModelSettings settings, KvPool pool) {
    return new BackendOptions(
        settings.resolvedThreads(),
        settings.blockSize(),
        pool.blocks(),
        pool.tierBlocks(),
        settings.readers().offloadingFolder(),
        settings.maxNumBatchedTokens(),
        settings.maxNumSeqs(),
        pool.maxModelLen());
  }

  private static EngineConfig engineConfig(ModelSettings settings, KvPool pool) {
    return new EngineConfig(
        settings.maxNumSeqs(),
        settings.maxNumBatchedTokens(),
        pool.maxModelLen(),
        settings.prefixCaching(),
        settings.maxQueuedRequests(),
        settings.maxQueuedTokens(),
        settings.queueTimeout(),
        settings.readers().lookahead(),
        settings.readers().ladder(),
        settings.readers().slack(),
        settings.readers().tenantWeights());
  }

  /** The machine's memory, or the container's limit if that is lower. */
  private static long memoryBytes() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  private static void logLoaded(ModelSettings settings, BackendInfo info, long nanos) {
    log.info(
        "Loaded {} in {} ms: {}; weights {} MB; KV cache {} MB: {} blocks of {} tokens and {} blocks"
            + " to offload to, context {}",
        settings.servedName(),
        nanos / 1_000_000,
        info.description(),
        info.weightBytes() / 1_000_000,
        info.kvBytes() / 1_000_000,
        info.blockCount(),
        info.blockSize(),
        info.tierBlockCount(),
        info.maxModelLen());
  }

  private static void closeQuietly(LoadedModel model) {
    try {
      model.close();
    } catch (IOException e) {
      log.debug("Closing the model file failed", e);
    }
  }

  /** The name by which clients ask for it. */
  public String name() {
    return name;
  }

  public LoadedModel model() {
    return model;
  }

  public Engine engine() {
    return engine;
  }

  @Override
  public void close() {
    engine.close();
    try {
      model.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
