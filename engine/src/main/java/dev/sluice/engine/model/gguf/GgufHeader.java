package dev.sluice.engine.model.gguf;

import dev.sluice.engine.model.Tensor;
import java.util.Map;

/**
 * A GGUF file's header, checked whole.
 *
 * @param version 2 or 3
 * @param metadata typed values by key
 * @param tensors by the file's own names, in file order
 * @param alignment of tensors in the data section, in bytes
 * @param dataOffset first byte of the data section
 */
record GgufHeader(
    int version,
    GgufMetadata metadata,
    Map<String, Tensor> tensors,
    int alignment,
    long dataOffset) {}
