package dev.sluice.engine.model.gguf;

import dev.sluice.engine.model.ModelFormatException;
import java.lang.reflect.Array;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file's key-value pairs; every accessor names the key when the value is not as it must be.
 */
public final class GgufMetadata {
  private final Map<String, Object> values;

  GgufMetadata(Map<String, Object> values) {
    this.values = values;
  }

  /** An integer in a range. */
  public int requireInt(String key, int min, int max) {
    Object value = require(key);
    if (!(value instanceof Long number)) {
      throw wrongType(key, "an integer", value);
    }
    if (number < min || number > max) {
      throw new ModelFormatException(
          "'" + key + "' is " + number + ", it must be between " + min + " and " + max);
    }
    return number.intValue();
  }

  public int intOr(String key, int min, int max, int fallback) {
    return values.containsKey(key) ? requireInt(key, min, max) : fallback;
  }

  public OptionalInt findInt(String key, int min, int max) {
    return values.containsKey(key)
        ? OptionalInt.of(requireInt(key, min, max))
        : OptionalInt.empty();
  }

  /** A finite number above 0, and so as a 32-bit float, too. */
  public double requirePositive(String key) {
    Object value = require(key);
    double number =
        switch (value) {
          case Double d -> d;
          case Long l -> l;
          default -> throw wrongType(key, "a number", value);
        };
    float rounded = (float) number;
    if (!(rounded > 0 && rounded < Float.POSITIVE_INFINITY)) {
      throw new ModelFormatException(
          "'" + key + "' is " + number + ", it must be finite and above 0");
    }
    return number;
  }

  public double positiveOr(String key, double fallback) {
    return values.containsKey(key) ? requirePositive(key) : fallback;
  }

  public String requireString(String key) {
    Object value = require(key);
    if (!(value instanceof String text)) {
      throw wrongType(key, "a string", value);
    }
    return text;
  }

  public Optional<String> findString(String key) {
    return values.containsKey(key) ? Optional.of(requireString(key)) : Optional.empty();
  }

  public boolean booleanOr(String key, boolean fallback) {
    Object value = values.get(key);
    if (value == null) {
      return fallback;
    }
    if (!(value instanceof Boolean flag)) {
      throw wrongType(key, "a boolean", value);
    }
    return flag;
  }

  public List<String> requireStrings(String key) {
    Object value = require(key);
    if (!(value instanceof String[] strings)) {
      throw wrongType(key, "an array of strings", value);
    }
    return List.of(strings);
  }

  /** Integers or booleans, each of which must fit into 32 bits. */
  public int[] requireInts(String key) {
    Object value = require(key);
    if (!(value instanceof long[] longs)) {
      throw wrongType(key, "an array of integers", value);
    }
    int[] ints = new int[longs.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) longs[i];
      if (ints[i] != longs[i]) {
        throw new ModelFormatException(
            "'" + key + "'[" + i + "] is " + longs[i] + ", it must fit into 32 bits");
      }
    }
    return ints;
  }

  /** Refuses an array that is there, but has another length. */
  public void requireLengthIfPresent(String key, int length) {
    Object value = values.get(key);
    if (value == null) {
      return;
    }
    if (!value.getClass().isArray()) {
      throw wrongType(key, "an array", value);
    }
    if (Array.getLength(value) != length) {
      throw new ModelFormatException(
          "'" + key + "' has " + Array.getLength(value) + " entries, it must have " + length);
    }
  }

  public boolean contains(String key) {
    return values.containsKey(key);
  }

  private Object require(String key) {
    @Nullable Object value = values.get(key);
    if (value == null) {
      throw new ModelFormatException("'" + key + "' is missing");
    }
    return value;
  }

  private static ModelFormatException wrongType(String key, String wanted, Object value) {
    return new ModelFormatException("'" + key + "' must be " + wanted + ", not " + describe(value));
  }

  private static String describe(Object value) {
    return switch (value) {
      case Long number -> "the integer " + number;
      case Double number -> "the number " + number;
      case Boolean flag -> "the boolean " + flag;
      case String text -> "the string " + ModelFormatException.quote(text);
      default -> "an array of " + Array.getLength(value);
    };
  }
}
