package dev.sluice.app.cli;

import dev.sluice.spring.ModelSettings;
import dev.sluice.spring.ReaderSettings;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The flags of everything that runs a model in process, by vLLM's names; null is not given. */
final class EngineFlags {

  @Option(
      names = "--model",
      paramLabel = "NAME|PATH",
      description = "A model of `sluice pull`, or a GGUF file. Default: smollm2-135m.")
  @Nullable String model;

  @Option(
      names = "--max-model-len",
      paramLabel = "TOKENS",
      description = "Longest context of one sequence. Default: the model's.")
  @Nullable Integer maxModelLen;

  @Option(
      names = "--max-num-seqs",
      paramLabel = "COUNT",
      description =
          "Most sequences in one step. Default: " + ModelSettings.DEFAULT_MAX_NUM_SEQS + ".")
  @Nullable Integer maxNumSeqs;

  @Option(
      names = "--max-num-batched-tokens",
      paramLabel = "TOKENS",
      description =
          "Most tokens in one step. Default: " + ModelSettings.DEFAULT_MAX_NUM_BATCHED_TOKENS + ".")
  @Nullable Integer maxNumBatchedTokens;

  @Option(
      names = "--block-size",
      paramLabel = "TOKENS",
      description = "Tokens per KV block. Default: " + ModelSettings.DEFAULT_BLOCK_SIZE + ".")
  @Nullable Integer blockSize;

  @Option(
      names = "--num-gpu-blocks-override",
      paramLabel = "BLOCKS",
      description = "KV blocks to allocate. Default: by the machine's memory.")
  @Nullable Integer kvBlocks;

  @Option(
      names = "--enable-prefix-caching",
      negatable = true,
      description = "Reuse the KV of equal prompt prefixes. Default: on.")
  @Nullable Boolean prefixCaching;

  @Option(
      names = "--threads",
      paramLabel = "COUNT",
      description = "Worker threads. Default: all of the machine's.")
  @Nullable Integer threads;

  @Option(
      names = "--kv-offloading-size",
      paramLabel = "GIB",
      description = "Memory for the KV of preempted sequences; 0 computes it again. Default: 1.")
  @Nullable Double offloadingGib;

  @Option(
      names = "--kv-offloading-folder",
      paramLabel = "PATH",
      description = "Keeps it in a file there instead of in memory.")
  @Nullable Path offloadingFolder;

  /** The settings with these flags in place of the defaults. */
  ModelSettings settings(Path modelFile) {
    ModelSettings defaults = ModelSettings.defaults(modelFile);
    return new ModelSettings(
        modelFile,
        defaults.servedName(),
        or(maxModelLen, defaults.maxModelLen()),
        or(maxNumSeqs, defaults.maxNumSeqs()),
        or(maxNumBatchedTokens, defaults.maxNumBatchedTokens()),
        or(blockSize, defaults.blockSize()),
        or(kvBlocks, defaults.kvBlocks()),
        prefixCaching == null ? defaults.prefixCaching() : prefixCaching,
        defaults.maxQueuedRequests(),
        defaults.maxQueuedTokens(),
        defaults.queueTimeout(),
        readers(defaults.readers()),
        or(threads, defaults.threads()));
  }

  private ReaderSettings readers(ReaderSettings defaults) {
    long bytes =
        offloadingGib == null ? defaults.offloadingBytes() : (long) (offloadingGib * (1L << 30));
    return defaults.withOffloading(bytes, offloadingFolder);
  }

  private static int or(@Nullable Integer given, int otherwise) {
    return given == null ? otherwise : given;
  }

  /** The flags that were given, as Spring properties; the model's is not among them. */
  Map<String, Object> properties() {
    Map<String, Object> properties = new LinkedHashMap<>();
    put(properties, "max-model-len", maxModelLen);
    put(properties, "max-num-seqs", maxNumSeqs);
    put(properties, "max-num-batched-tokens", maxNumBatchedTokens);
    put(properties, "block-size", blockSize);
    put(properties, "num-gpu-blocks-override", kvBlocks);
    put(properties, "enable-prefix-caching", prefixCaching);
    put(properties, "threads", threads);
    put(properties, "kv-offloading-size", offloadingGib);
    put(properties, "kv-offloading-folder", offloadingFolder);
    return properties;
  }

  static void put(Map<String, Object> properties, String flag, @Nullable Object value) {
    if (value != null) {
      properties.put("sluice." + flag, value);
    }
  }
}
