package dev.sluice.engine.model;

/** The canonical name of a decoder's weight; with a layer number where there is one per layer. */
public enum WeightName {
  TOKEN_EMBEDDING(false),
  OUTPUT_NORM(false),
  OUTPUT(false),
  ATTENTION_NORM(true),
  QUERY(true),
  QUERY_BIAS(true),
  KEY(true),
  KEY_BIAS(true),
  VALUE(true),
  VALUE_BIAS(true),
  ATTENTION_OUTPUT(true),
  QUERY_NORM(true),
  KEY_NORM(true),
  POST_ATTENTION_NORM(true),
  FEED_FORWARD_NORM(true),
  GATE(true),
  UP(true),
  DOWN(true),
  POST_FEED_FORWARD_NORM(true);

  private final boolean perLayer;

  WeightName(boolean perLayer) {
    this.perLayer = perLayer;
  }

  /** Whether each layer has one. */
  public boolean isPerLayer() {
    return perLayer;
  }
}
