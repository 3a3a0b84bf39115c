package dev.sluice.engine.cpu.simd;

import static dev.sluice.engine.cpu.simd.VectorSupport.FLOATS;
import static dev.sluice.engine.cpu.simd.VectorSupport.LANES;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;

/** {@link ScalarMath}'s functions over vectors, the same operation for operation. */
final class VectorMath {
  private VectorMath() {}

  /**
   * e^x of each lane.
   *
   * @see ScalarMath#exp
   */
  static FloatVector exp(FloatVector x) {
    FloatVector clamped = x.blend(ScalarMath.EXP_MAX, x.compare(GT, ScalarMath.EXP_MAX));
    FloatVector rounder = FloatVector.broadcast(FLOATS, ScalarMath.ROUNDER);
    FloatVector shifted = clamped.fma(FloatVector.broadcast(FLOATS, ScalarMath.LOG2_E), rounder);
    FloatVector n = shifted.sub(rounder);
    FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -ScalarMath.LN2_HIGH), clamped);
    r = n.fma(FloatVector.broadcast(FLOATS, -ScalarMath.LN2_LOW), r);
    FloatVector p =
        FloatVector.broadcast(FLOATS, ScalarMath.C6)
            .fma(r, FloatVector.broadcast(FLOATS, ScalarMath.C5));
    p = p.fma(r, FloatVector.broadcast(FLOATS, ScalarMath.C4));
    p = p.fma(r, FloatVector.broadcast(FLOATS, ScalarMath.C3));
    p = p.fma(r, FloatVector.broadcast(FLOATS, ScalarMath.C2));
    p = p.fma(r, FloatVector.broadcast(FLOATS, ScalarMath.C1));
    p = p.fma(r.mul(r), r).add(1f);
    FloatVector power =
        shifted.reinterpretAsInts().lanewise(LSHL, 23).add(0x3f800000).reinterpretAsFloats();
    return p.mul(power).blend(0f, x.compare(LT, ScalarMath.EXP_MIN));
  }

  /** {@code gate[i] = silu(gate[i]) · up[i]}. */
  static void siluMultiply(float[] gate, int gateOffset, float[] up, int upOffset, int count) {
    int bound = FLOATS.loopBound(count);
    for (int i = 0; i < bound; i += LANES) {
      FloatVector g = FloatVector.fromArray(FLOATS, gate, gateOffset + i);
      FloatVector u = FloatVector.fromArray(FLOATS, up, upOffset + i);
      g.div(exp(g.neg()).add(1f)).mul(u).intoArray(gate, gateOffset + i);
    }
    for (int i = bound; i < count; i++) {
      float g = gate[gateOffset + i];
      gate[gateOffset + i] = g / (1f + ScalarMath.exp(-g)) * up[upOffset + i];
    }
  }
}
