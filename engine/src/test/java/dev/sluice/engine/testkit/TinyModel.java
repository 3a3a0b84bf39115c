package dev.sluice.engine.testkit;

import dev.sluice.engine.model.TensorType;
import dev.sluice.engine.testkit.GgufWriter.WrittenTensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A model of the llama family with a few thousand random weights: everything a real one has, in a
 * file of some hundred kilobytes. What it says is noise, but always the same noise.
 */
public final class TinyModel {
  private static final int LAYERS = 2;
  private static final int HEADS = 4;
  private static final int KV_HEADS = 2;

  /** Longest context in tokens. */
  public static final int CONTEXT = 512;

  private static final List<String> CONTROL_TOKENS =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
  private static final List<String> MERGES =
      List.of("h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld", "t h");

  private static final String CHAT_TEMPLATE =
      """
      {% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
      You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
      ' }}{% endif %}{{'<|im_start|>' + message['role'] + '
      ' + message['content'] + '<|im_end|>' + '
      '}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
      ' }}{% endif %}\
      """
          .stripTrailing();

  private final TensorType type;
  private final long seed;
  private final int hidden;
  private boolean nanWeights;

  /**
   * A model whose matrices have elements of {@code type}; the seed decides all weights. It is 64
   * wide, or 256 for types that come in blocks of so many.
   */
  public TinyModel(TensorType type, long seed) {
    this.type = type;
    this.seed = seed;
    this.hidden = Math.max(64, type.blockValues());
  }

  /** Makes the last norm's weights NaN, so that every logit is. */
  public TinyModel nanWeights() {
    nanWeights = true;
    return this;
  }

  /** Writes a model with 8-bit weights into a folder. */
  public static Path write(Path folder) {
    return new TinyModel(TensorType.Q8_0, 1).writeTo(folder.resolve("tiny.gguf"));
  }

  public Path writeTo(Path file) {
    try {
      return Files.write(file, gguf().build());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The file's contents, to be changed before they are built. */
  public GgufWriter gguf() {
    GgufWriter gguf = new GgufWriter();
    SplittableRandom random = new SplittableRandom(seed);
    putMetadata(gguf);
    List<String> tokens = vocabulary();
    putTokenizer(gguf, tokens);
    matrix(gguf, "token_embd.weight", tokens.size(), hidden, random);
    norm(gguf, "output_norm.weight", nanWeights ? Float.NaN : 1f);
    for (int layer = 0; layer < LAYERS; layer++) {
      putLayer(gguf, "blk." + layer + ".", random);
    }
    return gguf;
  }

  private void putMetadata(GgufWriter gguf) {
    gguf.put("general.architecture", "llama")
        .put("llama.embedding_length", hidden)
        .put("llama.block_count", LAYERS)
        .put("llama.attention.head_count", HEADS)
        .put("llama.attention.head_count_kv", KV_HEADS)
        .put("llama.feed_forward_length", intermediate())
        .put("llama.context_length", CONTEXT)
        .put("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .put("llama.rope.freq_base", 10_000f);
  }

  private int intermediate() {
    return 2 * hidden;
  }

  private static void putTokenizer(GgufWriter gguf, List<String> tokens) {
    int[] types = new int[tokens.size()];
    for (int id = 0; id < types.length; id++) {
      types[id] = CONTROL_TOKENS.contains(tokens.get(id)) ? 3 : 1;
    }
    gguf.put("tokenizer.ggml.model", "gpt2")
        .put("tokenizer.ggml.pre", "smollm")
        .put("tokenizer.ggml.tokens", tokens)
        .put("tokenizer.ggml.token_type", types)
        .put("tokenizer.ggml.merges", MERGES)
        .put("tokenizer.ggml.bos_token_id", 1)
        .put("tokenizer.ggml.eos_token_id", 2)
        .put("tokenizer.ggml.add_bos_token", false)
        .put("tokenizer.chat_template", CHAT_TEMPLATE);
  }

  private static List<String> vocabulary() {
    List<String> tokens = new ArrayList<>(CONTROL_TOKENS);
    for (int value = 0; value < 256; value++) {
      tokens.add(String.valueOf(byteAsCharacter(value)));
    }
    MERGES.forEach(merge -> tokens.add(merge.replace(" ", "")));
    return tokens;
  }

  /**
   * How byte-level vocabularies spell a byte: itself if it prints, else a character from 256 on.
   */
  private static char byteAsCharacter(int value) {
    if (prints(value)) {
      return (char) value;
    }
    int rank = 0;
    for (int other = 0; other < value; other++) {
      rank += prints(other) ? 0 : 1;
    }
    return (char) (256 + rank);
  }

  private static boolean prints(int value) {
    return (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xFF && value != 0xAD);
  }

  private void putLayer(GgufWriter gguf, String prefix, SplittableRandom random) {
    int kv = hidden / HEADS * KV_HEADS;
    norm(gguf, prefix + "attn_norm.weight", 1f);
    matrix(gguf, prefix + "attn_q.weight", hidden, hidden, random);
    matrix(gguf, prefix + "attn_k.weight", kv, hidden, random);
    matrix(gguf, prefix + "attn_v.weight", kv, hidden, random);
    matrix(gguf, prefix + "attn_output.weight", hidden, hidden, random);
    norm(gguf, prefix + "ffn_norm.weight", 1f);
    matrix(gguf, prefix + "ffn_gate.weight", intermediate(), hidden, random);
    matrix(gguf, prefix + "ffn_up.weight", intermediate(), hidden, random);
    matrix(gguf, prefix + "ffn_down.weight", hidden, intermediate(), random);
  }

  private void norm(GgufWriter gguf, String name, float value) {
    byte[] data = new byte[Float.BYTES * hidden];
    ByteBuffer buffer = littleEndian(data);
    for (int i = 0; i < hidden; i++) {
      buffer.putFloat(value);
    }
    gguf.tensor(name, TensorType.F32, 1, hidden, data);
  }

  /** The optional tensor of rotary frequency divisors, one per pair of a head. */
  public static WrittenTensor divisors(float... values) {
    byte[] data = new byte[Float.BYTES * values.length];
    littleEndian(data).asFloatBuffer().put(values);
    return new WrittenTensor("rope_freqs.weight", new long[] {values.length}, 0, -1, data);
  }

  private void matrix(
      GgufWriter gguf, String name, int rows, int columns, SplittableRandom random) {
    gguf.tensor(name, type, rows, columns, randomBlocks(type, rows * columns, random));
  }

  /** Random blocks whose values are spread around 0 by about a fifth. */
  public static byte[] randomBlocks(TensorType type, int values, SplittableRandom random) {
    byte[] data = new byte[Math.toIntExact(type.byteSize(values))];
    ByteBuffer buffer = littleEndian(data);
    while (buffer.hasRemaining()) {
      putBlock(buffer, type, random);
    }
    return data;
  }

  private static void putBlock(ByteBuffer data, TensorType type, SplittableRandom random) {
    switch (type) {
      case F32 -> data.putFloat((float) random.nextDouble(-0.4, 0.4));
      case F16 -> putHalf(data, random.nextDouble(-0.4, 0.4));
      case BF16 -> data.putShort((short) (Float.floatToIntBits(random.nextFloat() - 0.5f) >>> 16));
      case Q8_0 -> putScaled(data, 32, random, random.nextDouble(0.002, 0.004));
      case Q4_0 -> putScaled(data, 16, random, random.nextDouble(0.03, 0.06));
      case Q5_0 -> putScaled(data, 20, random, random.nextDouble(0.015, 0.03));
      case Q4_1 -> putScaled(data, 16, random, random.nextDouble(0.03, 0.06), -0.3);
      case Q5_1 -> putScaled(data, 20, random, random.nextDouble(0.015, 0.03), -0.3);
      case Q4_K -> putScaled(data, 140, random, 0.0012, 0.01);
      case Q5_K -> putScaled(data, 172, random, 0.0006, 0.01);
      case Q6_K -> {
        putBytes(data, 208, random);
        putHalf(data, 0.0002);
      }
    }
  }

  private static void putScaled(
      ByteBuffer data, int quantBytes, SplittableRandom random, double... scales) {
    for (double scale : scales) {
      putHalf(data, scale);
    }
    putBytes(data, quantBytes, random);
  }

  private static void putBytes(ByteBuffer data, int count, SplittableRandom random) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    data.put(bytes);
  }

  private static void putHalf(ByteBuffer data, double value) {
    data.putShort(Float.floatToFloat16((float) value));
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
