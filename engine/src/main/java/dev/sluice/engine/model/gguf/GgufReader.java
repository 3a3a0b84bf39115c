package dev.sluice.engine.model.gguf;

import static dev.sluice.engine.model.ModelFormatException.quote;

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
  private static final String ALIGNMENT = "general.alignment";
  private static final int DEFAULT_ALIGNMENT = 32;
  private static final int MAX_ALIGNMENT = 4096;

  // The format's numbers of value types.
  private static final int UINT8 = 0;
  private static final int INT8 = 1;
  private static final int UINT16 = 2;
  private static final int INT16 = 3;
  private static final int UINT32 = 4;
  private static final int INT32 = 5;
  private static final int FLOAT32 = 6;
  private static final int BOOL = 7;
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int UINT64 = 10;
  private static final int INT64 = 11;
  private static final int FLOAT64 = 12;

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
      String field = quote(key);
      int type = in.int32("value type of " + field);
      if (key.equals(ALIGNMENT) && type != UINT32) {
        throw new ModelFormatException(
            field + " has value type " + type + ", it must be " + UINT32 + ", an unsigned integer");
      }
      if (values.put(key, value(field, type)) != null) {
        throw new ModelFormatException("key " + field + " appears twice");
      }
    }
    return new GgufMetadata(values);
  }

  private String key(int i) throws IOException {
    String key = in.string("key " + i, MAX_KEY_BYTES);
    if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7F)) {
      throw new ModelFormatException(
          "key " + i + " is " + quote(key) + ", it is empty or not printable ASCII");
    }
    return key;
  }

  private Object value(String field, int type) throws IOException {
    return switch (type) {
      case FLOAT32, FLOAT64 -> real(field, type);
      case BOOL -> integer(field, type) == 1;
      case STRING -> in.string(field, MAX_STRING_BYTES);
      case ARRAY -> array(field);
      default -> integer(field, type);
    };
  }

  private double real(String field, int type) throws IOException {
    return type == FLOAT32
        ? Float.intBitsToFloat(in.int32(field))
        : Double.longBitsToDouble(in.int64(field));
  }

  private long integer(String field, int type) throws IOException {
    return switch (type) {
      case UINT8 -> in.uint8(field);
      case INT8 -> (byte) in.uint8(field);
      case UINT16 -> in.int16(field) & 0xFFFF;
      case INT16 -> in.int16(field);
      case UINT32 -> in.uint32(field);
      case INT32 -> in.int32(field);
      case BOOL -> bool(field);
      case UINT64, INT64 -> in.int64(field);
      default -> throw unknownType(field, type);
    };
  }

  private int bool(String field) throws IOException {
    int value = in.uint8(field);
    if (value > 1) {
      throw new ModelFormatException(field + " is a boolean of value " + value + ", not 0 or 1");
    }
    return value;
  }

  private static ModelFormatException unknownType(String field, int type) {
    return new ModelFormatException(
        field + " has value type " + Integer.toUnsignedString(type) + ", known are 0 to 12");
  }

  private Object array(String field) throws IOException {
    int type = in.int32("element type of " + field);
    int count = in.count("length of " + field, MAX_ARRAY_VALUES);
    in.claim(field, count, minBytes(field, type));
    in.reserveHeap(field, 8L * count);
    return switch (type) {
      case STRING -> strings(field, count);
      case FLOAT32, FLOAT64 -> reals(field, type, count);
      default -> integers(field, type, count);
    };
  }

  /** What an array's element takes in the file, or takes at least if it is a string. */
  private static int minBytes(String field, int type) {
    return switch (type) {
      case UINT8, INT8, BOOL -> 1;
      case UINT16, INT16 -> 2;
      case UINT32, INT32, FLOAT32 -> 4;
      case UINT64, INT64, FLOAT64, STRING -> 8;
      case ARRAY ->
          throw new ModelFormatException(field + " is an array of arrays, which is not supported");
      default -> throw unknownType(field, type);
    };
  }

  private String[] strings(String field, int count) throws IOException {
    String[] strings = new String[count];
    for (int i = 0; i < count; i++) {
      strings[i] = in.string(field, MAX_STRING_BYTES);
    }
    return strings;
  }

  private double[] reals(String field, int type, int count) throws IOException {
    double[] reals = new double[count];
    for (int i = 0; i < count; i++) {
      reals[i] = real(field, type);
    }
    return reals;
  }

  private long[] integers(String field, int type, int count) throws IOException {
    long[] integers = new long[count];
    for (int i = 0; i < count; i++) {
      integers[i] = integer(field, type);
    }
    return integers;
  }

  private static int alignment(GgufMetadata metadata) {
    int alignment = metadata.intOr(ALIGNMENT, 8, MAX_ALIGNMENT, DEFAULT_ALIGNMENT);
    if (Integer.bitCount(alignment) != 1) {
      throw new ModelFormatException(
          "'" + ALIGNMENT + "' is " + alignment + ", not a power of two");
    }
    return alignment;
  }

  /** What the header says of a tensor; its offset is still relative to the data section. */
  private record TensorClaim(TensorType type, int rows, int columns, long offset) {}

  private Map<String, TensorClaim> claims(int tensorCount) throws IOException {
    Map<String, TensorClaim> claims = new LinkedHashMap<>();
    for (int i = 0; i < tensorCount; i++) {
      String name = in.string("name of tensor " + i, MAX_TENSOR_NAME_BYTES);
      if (claims.put(name, claim("tensor " + quote(name))) != null) {
        throw new ModelFormatException("tensor " + quote(name) + " appears twice");
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
                Map.entry(19, "IQ1_S"),
                Map.entry(22, "IQ2_S"),
                Map.entry(23, "IQ4_XS"),
                Map.entry(24, "I8"),
                Map.entry(25, "I16"),
                Map.entry(26, "I32"),
                Map.entry(27, "I64"),
                Map.entry(28, "F64"),
                Map.entry(29, "IQ1_M"),
                Map.entry(31, "Q4_0_4_4, removed from the format"),
                Map.entry(32, "Q4_0_4_8, removed from the format"),
                Map.entry(33, "Q4_0_8_8, removed from the format"),
                Map.entry(34, "TQ1_0"),
                Map.entry(35, "TQ2_0"),
                Map.entry(36, "IQ4_NL_4_4, removed from the format"),
                Map.entry(37, "IQ4_NL_4_8, removed from the format"),
                Map.entry(38, "IQ4_NL_8_8, removed from the format"),
                Map.entry(39, "MXFP4"),
                Map.entry(40, "NVFP4"))
            .get(id);
    return name == null ? "" : " (" + name + ")";
  }

  /** Turns claims into tensors, which must follow each other without gap or overlap. */
  private Map<String, Tensor> place(
      Map<String, TensorClaim> claims, int alignment, long dataOffset) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    long expected = 0;
    for (var entry : claims.entrySet()) {
      Tensor tensor = place(entry.getKey(), entry.getValue(), alignment, expected, dataOffset);
      tensors.put(tensor.name(), tensor);
      expected = alignUp(Math.addExact(expected, tensor.byteSize()), alignment);
    }
    return tensors;
  }

  private Tensor place(
      String name, TensorClaim claim, int alignment, long expected, long dataOffset) {
    String field = "tensor " + quote(name);
    long bytes = byteSize(field, claim);
    if (Long.remainderUnsigned(claim.offset(), alignment) != 0) {
      throw misplaced(field, claim, "is not a multiple of " + ALIGNMENT + " " + alignment);
    }
    long dataBytes = Math.max(0, fileBytes - dataOffset);
    if (Long.compareUnsigned(claim.offset(), dataBytes) > 0) {
      throw misplaced(field, claim, "is outside the file's " + dataBytes + " bytes of data");
    }
    if (claim.offset() != expected) {
      String how = claim.offset() < expected ? "overlaps" : "leaves a gap after";
      throw misplaced(field, claim, how + " the tensor before it, which ends at " + expected);
    }
    if (bytes > dataBytes - expected) {
      throw new ModelFormatException(
          field
              + " takes "
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

  private static long byteSize(String field, TensorClaim claim) {
    try {
      return claim.type().byteSize((long) claim.rows() * claim.columns());
    } catch (ArithmeticException e) {
      throw new ModelFormatException(field + " takes more than 2^63 bytes", e);
    }
  }

  private static ModelFormatException misplaced(String field, TensorClaim claim, String how) {
    return new ModelFormatException(
        field + ": offset " + Long.toUnsignedString(claim.offset()) + " " + how);
  }

  private static long alignUp(long value, int alignment) {
    return Math.addExact(value, alignment - 1) & -(long) alignment;
  }
}
