package dev.sluice.engine.backend;

/**
 * What a backend says of itself once it is open.
 *
 * @param name short name, as in {@code cpu}
 * @param description one line for the start-up log: kernels, vector width, threads
 * @param vocabularySize logits per row
 * @param blockSize tokens per KV block
 * @param blockCount KV blocks it holds
 * @param tierBlockCount blocks that its host tier holds
 * @param maxModelLen longest context it can hold for one sequence, in tokens
 * @param weightBytes memory that the weights take
 * @param kvBytes memory that the KV blocks take
 */
public record BackendInfo(
    String name,
    String description,
    int vocabularySize,
    int blockSize,
    int blockCount,
    int tierBlockCount,
    int maxModelLen,
    long weightBytes,
    long kvBytes) {}
