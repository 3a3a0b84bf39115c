package dev.sluice.engine.cpu;

import dev.sluice.engine.model.DecoderSpec;

/** Sines and cosines of rotary position embedding for every position a sequence can reach. */
final class RopeTable {
  private final boolean interleaved;
  private final int pairs;
  private final float[] cosines; // [positions, pairs]
  private final float[] sines; // [positions, pairs]

  RopeTable(DecoderSpec.Rope rope, int positions) {
    interleaved = rope.pairing() == DecoderSpec.Pairing.INTERLEAVED;
    pairs = rope.dimensions() / 2;
    cosines = new float[Math.multiplyExact(positions, pairs)];
    sines = new float[cosines.length];
    for (int i = 0; i < pairs; i++) {
      double exponent = -2.0 * i / rope.dimensions();
      double frequency = Math.pow(rope.base(), exponent) / rope.frequencyDivisors()[i];
      for (int position = 0; position < positions; position++) {
        cosines[position * pairs + i] = (float) Math.cos(position * frequency);
        sines[position * pairs + i] = (float) Math.sin(position * frequency);
      }
    }
  }

  /** Rotates one head's leading dimensions in place. */
  void rotate(float[] head, int offset, int position) {
    int table = position * pairs;
    int step = interleaved ? 2 : 1;
    int partner = interleaved ? 1 : pairs;
    for (int i = 0; i < pairs; i++) {
      int at = offset + step * i;
      float cosine = cosines[table + i];
      float sine = sines[table + i];
      float a = head[at];
      float b = head[at + partner];
      head[at] = a * cosine - b * sine;
      head[at + partner] = a * sine + b * cosine;
    }
  }
}
