package dev.sluice.engine.simulation;

/**
 * A time in which a reader does not read.
 *
 * @param afterTokens it stops when it has consumed so many
 * @param nanos it returns so long after the scheduler saw its demand end; {@link #FOREVER} for not
 *     before the world is calm
 */
record Absence(int afterTokens, long nanos) {
  static final long FOREVER = Long.MAX_VALUE;
}
