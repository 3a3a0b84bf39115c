package dev.sluice.engine.model.gguf;

import dev.sluice.engine.model.ModelFormatException;
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

  /** A finite number above 0. */
  public double requirePositive(String key) {
    Object value = require(key);
    double number =
        switch (value) {
          case Double d -> d;
          case Long l -> l;
          default -> throw wrongType(key, "a number", value);
        };
    if (!(number > 0 && number < Double.POSITIVE_INFINITY)) {
      throw new ModelFormatException("'" + key + "' is " + number + ", it must be above 0");
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

  public int[] requireInts(String key) {
    Object value = require(key);
    if (!(value instanceof int[] ints)) {
      throw wrongType(key, "an array of integers", value);
    }
    return ints;
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
    return new ModelFormatException(
        "'" + key + "' must be " + wanted + ", not " + value.getClass().getSimpleName());
  }
}
