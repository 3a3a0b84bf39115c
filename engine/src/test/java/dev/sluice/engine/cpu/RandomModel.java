package dev.sluice.engine.cpu;

import dev.sluice.engine.model.DecoderSpec;
import dev.sluice.engine.model.LoadedModel;
import dev.sluice.engine.model.LoadedModel.WeightKey;
import dev.sluice.engine.model.Tensor;
import dev.sluice.engine.model.TensorType;
import dev.sluice.engine.model.WeightFile;
import dev.sluice.engine.model.WeightName;
import dev.sluice.engine.tokenizer.Tokenizer;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A tiny decoder with random weights in memory, in as many formats as fit. */
final class RandomModel {
  static final int VOCABULARY = 67;
  static final int LAYERS = 2;
  private static final int HIDDEN = 64;
  private static final int HEADS = 6;
  private static final int KV_HEADS = 2;
  private static final int HEAD_DIM = 16;
  private static final int INTERMEDIATE = 160;

  private final Random random;
  private final List<MemorySegment> parts = new ArrayList<>();
  private final Map<WeightKey, Tensor> tensors = new HashMap<>();
  private long size;

  private RandomModel(long seed) {
    random = new Random(seed);
  }

  /** A model with a tied head, and with biases and all norms if {@code extras}. */
  static LoadedModel create(long seed, boolean extras, DecoderSpec.Pairing pairing) {
    RandomModel model = new RandomModel(seed);
    model.add(WeightName.TOKEN_EMBEDDING, -1, TensorType.Q8_0, VOCABULARY, HIDDEN);
    model.add(WeightName.OUTPUT_NORM, -1, TensorType.F32, 1, HIDDEN);
    for (int layer = 0; layer < LAYERS; layer++) {
      model.addLayer(layer, extras);
    }
    return new LoadedModel(
        spec(pairing), noTokenizer(), null, model.tensors, new InMemory(model.parts, model.size));
  }

  private static DecoderSpec spec(DecoderSpec.Pairing pairing) {
    float[] divisors = new float[HEAD_DIM / 2];
    Arrays.fill(divisors, 1f);
    return new DecoderSpec(
        "llama",
        VOCABULARY,
        HIDDEN,
        LAYERS,
        HEADS,
        KV_HEADS,
        HEAD_DIM,
        INTERMEDIATE,
        512,
        1e-5f,
        new DecoderSpec.Rope(pairing, HEAD_DIM, 10_000, divisors),
        0.25f,
        true);
  }

  private void addLayer(int layer, boolean extras) {
    int queries = HEADS * HEAD_DIM;
    int keys = KV_HEADS * HEAD_DIM;
    add(WeightName.ATTENTION_NORM, layer, TensorType.F32, 1, HIDDEN);
    add(WeightName.QUERY, layer, TensorType.Q4_1, queries, HIDDEN);
    add(WeightName.KEY, layer, TensorType.Q5_0, keys, HIDDEN);
    add(WeightName.VALUE, layer, TensorType.BF16, keys, HIDDEN);
    add(WeightName.ATTENTION_OUTPUT, layer, TensorType.Q4_0, HIDDEN, queries);
    add(WeightName.FEED_FORWARD_NORM, layer, TensorType.F32, 1, HIDDEN);
    add(WeightName.GATE, layer, TensorType.Q5_1, INTERMEDIATE, HIDDEN);
    add(WeightName.UP, layer, TensorType.F16, INTERMEDIATE, HIDDEN);
    add(WeightName.DOWN, layer, TensorType.Q8_0, HIDDEN, INTERMEDIATE);
    if (extras) {
      add(WeightName.QUERY_BIAS, layer, TensorType.F32, 1, queries);
      add(WeightName.KEY_BIAS, layer, TensorType.F32, 1, keys);
      add(WeightName.VALUE_BIAS, layer, TensorType.F32, 1, keys);
      add(WeightName.QUERY_NORM, layer, TensorType.F32, 1, HEAD_DIM);
      add(WeightName.KEY_NORM, layer, TensorType.F32, 1, HEAD_DIM);
      add(WeightName.POST_ATTENTION_NORM, layer, TensorType.F32, 1, HIDDEN);
      add(WeightName.POST_FEED_FORWARD_NORM, layer, TensorType.F32, 1, HIDDEN);
    }
  }

  private void add(WeightName name, int layer, TensorType type, int rows, int columns) {
    MemorySegment data = RandomWeights.tensor(type, rows, columns, random);
    tensors.put(
        new WeightKey(name, layer),
        new Tensor(name + "." + layer, type, rows, columns, size, data.byteSize()));
    parts.add(data);
    size += data.byteSize();
  }

  private static Tokenizer noTokenizer() {
    return (Tokenizer)
        Proxy.newProxyInstance(
            RandomModel.class.getClassLoader(),
            new Class<?>[] {Tokenizer.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }

  private record InMemory(List<MemorySegment> parts, long byteSize) implements WeightFile {
    @Override
    public void read(long position, MemorySegment destination) throws IOException {
      long start = 0;
      for (MemorySegment part : parts) {
        if (position < start + part.byteSize()) {
          destination.copyFrom(part.asSlice(position - start, destination.byteSize()));
          return;
        }
        start += part.byteSize();
      }
      throw new EOFException("position " + position);
    }

    @Override
    public void close() {}
  }
}
