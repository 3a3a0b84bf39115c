package dev.sluice.engine.cpu.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The vector width that all vector kernels use: the machine's, but no wider than a tile. */
final class VectorSupport {
  static final VectorSpecies<Float> FLOATS =
      FloatVector.SPECIES_PREFERRED.length() > TiledMatrix.TILE_ROWS
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;
  static final VectorSpecies<Integer> INTS = FLOATS.withLanes(int.class);
  static final int LANES = FLOATS.length();

  private VectorSupport() {}
}
