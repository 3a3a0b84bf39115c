package dev.sluice.engine.testkit;

import dev.sluice.engine.model.TensorType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** Writes GGUF files, well-formed unless told otherwise: every header field can be made to lie. */
public final class GgufWriter {
  /** Element and value type numbers of the format. */
  public static final int UINT32 = 4;

  public static final int INT32 = 5;
  public static final int FLOAT32 = 6;
  public static final int BOOL = 7;
  public static final int STRING = 8;
  public static final int ARRAY = 9;
  public static final int FLOAT64 = 12;

  private static final Map<TensorType, Integer> TYPE_IDS =
      Map.ofEntries(
          Map.entry(TensorType.F32, 0),
          Map.entry(TensorType.F16, 1),
          Map.entry(TensorType.Q4_0, 2),
          Map.entry(TensorType.Q4_1, 3),
          Map.entry(TensorType.Q5_0, 6),
          Map.entry(TensorType.Q5_1, 7),
          Map.entry(TensorType.Q8_0, 8),
          Map.entry(TensorType.Q4_K, 12),
          Map.entry(TensorType.Q5_K, 13),
          Map.entry(TensorType.Q6_K, 14),
          Map.entry(TensorType.BF16, 30));

  /** A tensor as it stands in the file; {@code offset} -1 means right after the one before. */
  public record WrittenTensor(
      String name, long[] dimensions, int dimensionCount, int type, long offset, byte[] data) {

    /** A tensor that says truly how many dimensions it has. */
    public WrittenTensor(String name, long[] dimensions, int type, long offset, byte[] data) {
      this(name, dimensions, dimensions.length, type, offset, data);
    }
  }

  private int magic = 0x46554747;
  private int version = 3;
  private int alignment = 32;
  private final Map<String, byte[]> values = new LinkedHashMap<>();
  private final List<byte[]> rawPairs = new ArrayList<>();
  private final List<WrittenTensor> tensors = new ArrayList<>();
  private OptionalLong claimedKeys = OptionalLong.empty();
  private OptionalLong claimedTensors = OptionalLong.empty();

  public GgufWriter magic(int value) {
    magic = value;
    return this;
  }

  public GgufWriter version(int value) {
    version = value;
    return this;
  }

  /** Pads tensors to so many bytes, and says so unless it is the default. */
  public GgufWriter alignment(int bytes) {
    alignment = bytes;
    return put("general.alignment", bytes);
  }

  /** Writes a number of keys that may be a lie; as unsigned. */
  public GgufWriter claimKeys(long count) {
    claimedKeys = OptionalLong.of(count);
    return this;
  }

  /** Writes a number of tensors that may be a lie; as unsigned. */
  public GgufWriter claimTensors(long count) {
    claimedTensors = OptionalLong.of(count);
    return this;
  }

  public GgufWriter put(String key, int value) {
    return put(key, bytes(UINT32), bytes(value));
  }

  public GgufWriter put(String key, float value) {
    return put(key, bytes(FLOAT32), bytes(Float.floatToRawIntBits(value)));
  }

  public GgufWriter put(String key, boolean value) {
    return put(key, bytes(BOOL), new byte[] {(byte) (value ? 1 : 0)});
  }

  public GgufWriter put(String key, String value) {
    return put(key, bytes(STRING), string(value));
  }

  public GgufWriter put(String key, List<String> strings) {
    byte[][] parts = strings.stream().map(GgufWriter::string).toArray(byte[][]::new);
    return put(key, bytes(ARRAY), bytes(STRING), bytes((long) strings.size()), concat(parts));
  }

  public GgufWriter put(String key, int[] ints) {
    byte[][] parts = Arrays.stream(ints).mapToObj(GgufWriter::bytes).toArray(byte[][]::new);
    return put(key, bytes(ARRAY), bytes(INT32), bytes((long) ints.length), concat(parts));
  }

  /** Sets a key's type and value, byte by byte. */
  public GgufWriter put(String key, byte[]... typeAndValue) {
    values.put(key, concat(typeAndValue));
    return this;
  }

  /** Adds a pair byte by byte, its key included. */
  public GgufWriter raw(byte[]... pair) {
    rawPairs.add(concat(pair));
    return this;
  }

  public GgufWriter without(String key) {
    values.remove(key);
    return this;
  }

  public GgufWriter tensor(String name, TensorType type, int rows, int columns, byte[] data) {
    long[] dimensions = rows == 1 ? new long[] {columns} : new long[] {columns, rows};
    return tensor(new WrittenTensor(name, dimensions, typeId(type), -1, data));
  }

  public GgufWriter tensor(WrittenTensor tensor) {
    tensors.add(tensor);
    return this;
  }

  public GgufWriter withoutTensor(String name) {
    tensors.removeIf(tensor -> tensor.name().equals(name));
    return this;
  }

  public GgufWriter withoutTensors() {
    tensors.clear();
    return this;
  }

  public static int typeId(TensorType type) {
    return TYPE_IDS.getOrDefault(type, -1);
  }

  /** The whole file. */
  public byte[] build() {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    header.writeBytes(bytes(magic));
    header.writeBytes(bytes(version));
    header.writeBytes(bytes(claimedTensors.orElse(tensors.size())));
    header.writeBytes(bytes(claimedKeys.orElse(values.size() + rawPairs.size())));
    values.forEach((key, value) -> {
      header.writeBytes(string(key));
      header.writeBytes(value);
    });
    rawPairs.forEach(header::writeBytes);
    for (WrittenTensor tensor : tensors) {
      pad(data);
      header.writeBytes(describe(tensor, data.size()));
      data.writeBytes(tensor.data());
    }
    pad(header);
    header.writeBytes(data.toByteArray());
    return header.toByteArray();
  }

  private static byte[] describe(WrittenTensor tensor, long next) {
    byte[][] dimensions =
        Arrays.stream(tensor.dimensions()).mapToObj(GgufWriter::bytes).toArray(byte[][]::new);
    return concat(
        string(tensor.name()),
        bytes(tensor.dimensionCount()),
        concat(dimensions),
        bytes(tensor.type()),
        bytes(tensor.offset() == -1 ? next : tensor.offset()));
  }

  private void pad(ByteArrayOutputStream out) {
    while (alignment > 0 && out.size() % alignment != 0) {
      out.write(0);
    }
  }

  public static byte[] bytes(int value) {
    byte[] bytes = new byte[Integer.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(value);
    return bytes;
  }

  public static byte[] bytes(long value) {
    byte[] bytes = new byte[Long.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    return bytes;
  }

  public static byte[] string(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return concat(bytes((long) utf8.length), utf8);
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
