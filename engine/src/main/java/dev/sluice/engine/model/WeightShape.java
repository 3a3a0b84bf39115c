package dev.sluice.engine.model;

/**
 * The shape that a weight must have in a model of a given spec.
 *
 * @param rows output dimension, or 1 for a vector
 * @param columns input dimension
 */
public record WeightShape(int rows, int columns) {

  /** The shape of a weight. */
  public static WeightShape of(WeightName name, DecoderSpec spec) {
    int hidden = spec.hiddenSize();
    int queries = spec.headCount() * spec.headDim();
    int keys = spec.kvHeadCount() * spec.headDim();
    return switch (name) {
      case TOKEN_EMBEDDING, OUTPUT -> new WeightShape(spec.vocabularySize(), hidden);
      case QUERY -> new WeightShape(queries, hidden);
      case KEY, VALUE -> new WeightShape(keys, hidden);
      case ATTENTION_OUTPUT -> new WeightShape(hidden, queries);
      case GATE, UP -> new WeightShape(spec.intermediateSize(), hidden);
      case DOWN -> new WeightShape(hidden, spec.intermediateSize());
      case QUERY_BIAS -> new WeightShape(1, queries);
      case KEY_BIAS, VALUE_BIAS -> new WeightShape(1, keys);
      case QUERY_NORM, KEY_NORM -> new WeightShape(1, spec.headDim());
      case OUTPUT_NORM,
          ATTENTION_NORM,
          POST_ATTENTION_NORM,
          FEED_FORWARD_NORM,
          POST_FEED_FORWARD_NORM ->
          new WeightShape(1, hidden);
    };
  }
}
