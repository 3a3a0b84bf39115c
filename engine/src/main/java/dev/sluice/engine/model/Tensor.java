package dev.sluice.engine.model;

/**
 * A weight tensor's place in a model file: a matrix {@code [rows, columns]}, or a vector with one
 * row.
 *
 * @param name the file's own name
 * @param type element format; a row is a whole number of blocks
 * @param rows output dimension, or 1
 * @param columns input dimension; consecutive in the file
 * @param offset first byte in the file
 * @param byteSize bytes in the file
 */
public record Tensor(
    String name, TensorType type, int rows, int columns, long offset, long byteSize) {

  /** Bytes of one row. */
  public long rowBytes() {
    return type.byteSize(columns);
  }
}
