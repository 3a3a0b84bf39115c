package dev.sluice.engine.model.family;

/** Whether a model family has a weight. */
public enum WeightNeed {
  /** Each model of the family has it; a file without it is refused. */
  REQUIRED,
  /** Some models of the family have it. */
  OPTIONAL,
  /** The family has no such weight; a file with it is refused. */
  UNKNOWN
}
