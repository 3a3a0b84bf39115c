package dev.sluice.engine.model.gguf;

import dev.sluice.engine.model.ModelFormatException;
import dev.sluice.engine.model.Tensor;
import dev.sluice.engine.model.TensorType;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads and checks the header of a GGUF file, version 2 or 3 (the format of ggml's {@code
 * gguf.md}).
 *
 * <p>Nothing the file says is believed: counts are limited, lengths compared with what is left of
 * the file, offsets with its size, and whatever is refused is named.
 */
final class GgufReader {
  static final int MAGIC = 0x46554747; // "GGUF" in little-endian order

  private static final int MAX_KEYS = 65_536;
  private static final int MAX_TENSORS = 65_536;
  private static final int MAX_KEY_BYTES = 65_535;
  private static final int MAX_TENSOR_NAME_BYTES = 64;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_STRING_BYTES = 64 << 20;
  private static final int MAX_ARRAY_VALUES = 16 << 20;
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MAX_ALIGNMENT = 4096;

  private final HeaderReader in;
  private final long fileBytes;

  GgufReader(FileChannel channel, long fileBytes) {
    this.in = new HeaderReader(channel, fileBytes);
    this.fileBytes = fileBytes;
  }

  GgufHeader read() throws IOException {
    if (in.int32("magic") != MAGIC) {
      throw new ModelFormatException("magic is not 'GGUF'");
    }
    int version = version();
    int tensorCount = in.count("tensor count", MAX_TENSORS);
    int keyCount = in.count("key count", MAX_KEYS);
    in.claim(
        "tensor count", tensorCount, 24); // no tensor takes less: name, dimensions, type, offset
    in.claim("key count", keyCount, 13); // no pair takes less: key, type, value
    GgufMetadata metadata = metadata(keyCount);
    int alignment = alignment(metadata);
    Map<String, TensorClaim> claims = claims(tensorCount);
    long dataOffset = alignUp(in.position(), alignment);
    return new GgufHeader(
        version, metadata, place(claims, alignment, dataOffset), alignment, dataOffset);
  }

  private int version() throws IOException {
    int version = in.int32("version");
    if (version == Integer.reverseBytes(2) || version == Integer.reverseBytes(3)) {
      throw new ModelFormatException("version is byte-swapped: big-endian files are not supported");
    }
    if (version != 2 && version != 3) {
      throw new ModelFormatException(
          "version is " + Integer.toUnsignedString(version) + ", only 2 and 3 are supported");
    }
    return version;
  }

  private GgufMetadata metadata(int keyCount) throws IOException {
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < keyCount; i++) {
      String key = key(i);
      Object value = value(key, in.int32("type of '" + key + "'"));
      if (values.put(key, value) != null) {
        throw new ModelFormatException("key '" + key + "' appears twice");
      }
    }
    return new GgufMetadata(values);
  }

  private String key(int i) throws IOException {
    String key = in.string("key " + i, MAX_KEY_BYTES);
    if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new ModelFormatException("key " + i + " is empty or not printable ASCII");
    }
    return key;
  }

  private Object value(String key, int type) throws IOException {
    return switch (type) {
      case 0 -> (long) in.uint8(key);
      case 1 -> (long) (byte) in.uint8(key);
      case 2 -> (long) (in.int16(key) & 0xFFFF);
      case 3 -> (long) in.int16(key);
      case 4 -> in.uint32(key);
      case 5 -> (long) in.int32(key);
      case 6 -> (double) Float.intBitsToFloat(in.int32(key));
      case 7 -> bool(key);
      case 8 -> in.string("'" + key + "'", MAX_STRING_BYTES);
      case 9 -> array(key);
      case 10, 11 -> in.int64(key);
      case 12 -> Double.longBitsToDouble(in.int64(key));
      default ->
          throw new ModelFormatException(
              "'"
                  + key
                  + "' has value type "
                  + Integer.toUnsignedString(type)
                  + ", known are 0 to 12");
    };
  }

  private boolean bool(String key) throws IOException {
    int value = in.uint8(key);
    if (value > 1) {
      throw new ModelFormatException("'" + key + "' is a boolean of value " + value);
    }
    return value == 1;
  }

  private Object array(String key) throws IOException {
    int type = in.int32("element type of '" + key + "'");
    int count = in.count("length of '" + key + "'", MAX_ARRAY_VALUES);
    return switch (type) {
      case 8 -> strings(key, count);
      case 6, 12 -> floats(key, type, count);
      case 9 -> throw new ModelFormatException("'" + key + "' is an array of arrays");
      default -> ints(key, type, count);
    };
  }

  private String[] strings(String key, int count) throws IOException {
    in.claim("'" + key + "'", count, 8);
    in.reserveHeap("'" + key + "'", 8L * count);
    String[] strings = new String[count];
    for (int i = 0; i < count; i++) {
      strings[i] = in.string(key, MAX_STRING_BYTES);
    }
    return strings;
  }

  private float[] floats(String key, int type, int count) throws IOException {
    in.claim("'" + key + "'", count, type == 6 ? 4 : 8);
    in.reserveHeap("'" + key + "'", 4L * count);
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = ((Double) value(key, type)).floatValue();
    }
    return floats;
  }

  /** Integers and booleans; the arrays that models use fit into 32 bits. */
  private int[] ints(String key, int type, int count) throws IOException {
    in.claim("'" + key + "'", count, 1);
    in.reserveHeap("'" + key + "'", 4L * count);
    int[] ints = new int[count];
    for (int i = 0; i < count; i++) {
      Object value = value(key, type);
      long number = value instanceof Boolean flag ? (flag ? 1 : 0) : (Long) value;
      if (number != (int) number) {
        throw new ModelFormatException("'" + key + "'[" + i + "] is " + number + ", above 32 bits");
      }
      ints[i] = (int) number;
    }
    return ints;
  }

  private static int alignment(GgufMetadata metadata) {
    String key = "general.alignment";
    int alignment = metadata.intOr(key, 8, MAX_ALIGNMENT, DEFAULT_ALIGNMENT);
    if (Integer.bitCount(alignment) != 1) {
      throw new ModelFormatException("'" + key + "' is " + alignment + ", not a power of two");
    }
    return alignment;
  }

  /** What the header says of a tensor; its offset is still relative to the data section. */
  private record TensorClaim(TensorType type, int rows, int columns, long offset) {}

  private Map<String, TensorClaim> claims(int tensorCount) throws IOException {
    Map<String, TensorClaim> claims = new LinkedHashMap<>();
    for (int i = 0; i < tensorCount; i++) {
      String name = in.string("name of tensor " + i, MAX_TENSOR_NAME_BYTES);
      if (claims.put(name, claim("tensor '" + name + "'")) != null) {
        throw new ModelFormatException("tensor '" + name + "' appears twice");
      }
    }
    return claims;
  }

  private TensorClaim claim(String tensor) throws IOException {
    long dimensions = in.uint32(tensor + " dimensions");
    if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
      throw new ModelFormatException(
          tensor + " has " + dimensions + " dimensions, allowed are 1 to " + MAX_DIMENSIONS);
    }
    int columns = dimension(tensor, 0);
    int rows = dimensions > 1 ? dimension(tensor, 1) : 1;
    for (int d = 2; d < dimensions; d++) {
      rows = product(tensor, rows, dimension(tensor, d));
    }
    TensorType type = type(tensor, in.int32(tensor + " type"));
    if (columns % type.blockValues() != 0) {
      throw new ModelFormatException(
          tensor
              + " has rows of "
              + columns
              + " values, not a multiple of the "
              + type.blockValues()
              + " of a "
              + type
              + " block");
    }
    return new TensorClaim(type, rows, columns, in.int64(tensor + " offset"));
  }

  private int dimension(String tensor, int d) throws IOException {
    int size = in.count(tensor + " dimension " + d, Integer.MAX_VALUE);
    if (size == 0) {
      throw new ModelFormatException(tensor + " dimension " + d + " is 0");
    }
    return size;
  }

  private static int product(String tensor, int a, int b) {
    try {
      return Math.multiplyExact(a, b);
    } catch (ArithmeticException e) {
      throw new ModelFormatException(tensor + " has more than 2^31 rows", e);
    }
  }

  private static TensorType type(String tensor, int id) {
    TensorType type = TYPES.get(id);
    if (type == null) {
      throw new ModelFormatException(
          tensor
              + " has type "
              + Integer.toUnsignedString(id)
              + unsupportedName(id)
              + ", supported are "
              + TYPES.values().stream().sorted().toList());
    }
    return type;
  }

  private static final Map<Integer, TensorType> TYPES =
      Map.ofEntries(
          Map.entry(0, TensorType.F32),
          Map.entry(1, TensorType.F16),
          Map.entry(2, TensorType.Q4_0),
          Map.entry(3, TensorType.Q4_1),
          Map.entry(6, TensorType.Q5_0),
          Map.entry(7, TensorType.Q5_1),
          Map.entry(8, TensorType.Q8_0),
          Map.entry(12, TensorType.Q4_K),
          Map.entry(13, TensorType.Q5_K),
          Map.entry(14, TensorType.Q6_K),
          Map.entry(30, TensorType.BF16));

  private static String unsupportedName(int id) {
    @Nullable String name =
        Map.ofEntries(
                Map.entry(4, "Q4_2, removed from the format"),
                Map.entry(5, "Q4_3, removed from the format"),
                Map.entry(9, "Q8_1"),
                Map.entry(10, "Q2_K"),
                Map.entry(11, "Q3_K"),
                Map.entry(15, "Q8_K"),
                Map.entry(16, "IQ2_XXS"),
                Map.entry(17, "IQ2_XS"),
                Map.entry(18, "IQ3_XXS"),
                Map.entry(20, "IQ4_NL"),
                Map.entry(21, "IQ3_S"),
                Map.entry(23, "IQ4_XS"),
                Map.entry(39, "MXFP4"))
            .get(id);
    return name == null ? "" : " (" + name + ")";
  }

  /** Turns claims into tensors, which must follow each other without gap or overlap. */
  private Map<String, Tensor> place(
      Map<String, TensorClaim> claims, int alignment, long dataOffset) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long expected = 0;
    for (var entry : claims.entrySet()) {
      Tensor tensor = place(entry.getKey(), entry.getValue(), expected, dataOffset);
      tensors.put(tensor.name(), tensor);
      expected = alignUp(Math.addExact(expected, tensor.byteSize()), alignment);
    }
    return tensors;
  }

  private Tensor place(String name, TensorClaim claim, long expected, long dataOffset) {
    if (claim.offset() != expected) {
      throw new ModelFormatException(
          "tensor '"
              + name
              + "' has offset "
              + Long.toUnsignedString(claim.offset())
              + ", but the one before it ends at "
              + expected);
    }
    long bytes = claim.type().byteSize((long) claim.rows() * claim.columns());
    if (bytes > fileBytes - dataOffset - expected) {
      throw new ModelFormatException(
          "tensor '"
              + name
              + "' takes "
              + bytes
              + " bytes from byte "
              + (dataOffset + expected)
              + " on, but the file has "
              + fileBytes
              + "; it is truncated");
    }
    return new Tensor(
        name, claim.type(), claim.rows(), claim.columns(), dataOffset + expected, bytes);
  }

  private static long alignUp(long value, int alignment) {
    return Math.addExact(value, alignment - 1) & -(long) alignment;
  }
}
