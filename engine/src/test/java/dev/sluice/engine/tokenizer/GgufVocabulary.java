package dev.sluice.engine.tokenizer;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Reads the tokenizer's keys of a trusted GGUF file, without the engine's own reader. */
final class GgufVocabulary {
  private static final int STRING = 8;
  private static final int ARRAY = 9;
  private static final int[] BYTE_SIZES = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private final MemorySegment file;
  private long position = 8;

  private GgufVocabulary(MemorySegment file) {
    this.file = file;
  }

  static TokenizerMetadata read(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path);
        Arena arena = Arena.ofConfined()) {
      MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return metadata(new GgufVocabulary(file).readKeys());
    }
  }

  private static TokenizerMetadata metadata(Map<String, List<?>> keys) {
    return new TokenizerMetadata(
        strings(keys, "model").getFirst(),
        strings(keys, "pre").getFirst(),
        strings(keys, "tokens"),
        ints(keys, "token_type"),
        strings(keys, "merges"),
        Arrays.stream(ints(keys, "bos_token_id")).findFirst(),
        ints(keys, "eos_token_id"),
        ints(keys, "add_bos_token")[0] == 1);
  }

  private static List<String> strings(Map<String, List<?>> keys, String name) {
    return values(keys, name).map(String.class::cast).toList();
  }

  private static int[] ints(Map<String, List<?>> keys, String name) {
    return values(keys, name).mapToInt(value -> ((Long) value).intValue()).toArray();
  }

  private static Stream<?> values(Map<String, List<?>> keys, String name) {
    return keys.getOrDefault("tokenizer.ggml." + name, List.of()).stream();
  }

  private Map<String, List<?>> readKeys() {
    readLong();
    Map<String, List<?>> keys = new HashMap<>();
    for (long left = readLong(); left > 0; left--) {
      String key = readString();
      int type = readInt();
      boolean array = type == ARRAY;
      keys.put(key, readValues(array ? readInt() : type, array ? readLong() : 1));
    }
    return keys;
  }

  private List<?> readValues(int type, long count) {
    List<Object> values = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      values.add(type == STRING ? readString() : readNumber(BYTE_SIZES[type]));
    }
    return values;
  }

  private Object readNumber(int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (file.get(ValueLayout.JAVA_BYTE, position++) & 0xFFL) << (8 * i);
    }
    return value;
  }

  private int readInt() {
    position += 4;
    return file.get(ValueLayout.JAVA_INT_UNALIGNED, position - 4);
  }

  private long readLong() {
    position += 8;
    return file.get(ValueLayout.JAVA_LONG_UNALIGNED, position - 8);
  }

  private String readString() {
    int length = Math.toIntExact(readLong());
    byte[] bytes = file.asSlice(position, length).toArray(ValueLayout.JAVA_BYTE);
    position += length;
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
