package dev.sluice.app.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A typed reader of one JSON object. Types are exact (no number from a string, no integer from a
 * fraction), {@code null} means absent, and it knows which fields nobody asked for.
 */
final class Fields {
  private static final int MAX_SHOWN_VALUE = 64;

  private final ObjectNode object;
  private final String path;
  private final Set<String> known = new HashSet<>();

  Fields(ObjectNode object, String path) {
    this.object = object;
    this.path = path;
  }

  /** The field's name as errors call it. */
  String param(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /** The field's value; null if it is absent or {@code null}. */
  @Nullable JsonNode get(String name) {
    known.add(name);
    JsonNode value = object.get(name);
    return value == null || value.isNull() ? null : value;
  }

  boolean has(String name) {
    return get(name) != null;
  }

  /** Marks fields as understood, though they change nothing here. */
  void ignore(String... names) {
    known.addAll(List.of(names));
  }

  /** How many fields were neither read nor ignored. */
  long unknownCount() {
    return object.propertyNames().stream().filter(name -> !known.contains(name)).count();
  }

  OptionalInt integer(String name, int min, int max) {
    JsonNode value = get(name);
    return value == null
        ? OptionalInt.empty()
        : OptionalInt.of((int) integer(param(name), value, min, max));
  }

  OptionalLong int64(String name) {
    JsonNode value = get(name);
    return value == null
        ? OptionalLong.empty()
        : OptionalLong.of(integer(param(name), value, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  /** A number in a closed range. */
  double number(String name, double min, double max, double otherwise) {
    JsonNode value = get(name);
    return value == null ? otherwise : number(param(name), value, min, max);
  }

  /** A number above {@code min} and at most {@code max}. */
  double numberAbove(String name, double min, double max, double otherwise) {
    JsonNode value = get(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isNumber() || !(value.doubleValue() > min && value.doubleValue() <= max)) {
      throw wrong(param(name), value, "a number in (" + plain(min) + ", " + plain(max) + "]");
    }
    return value.doubleValue();
  }

  boolean bool(String name, boolean otherwise) {
    JsonNode value = get(name);
    if (value == null) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw wrong(param(name), value, "true or false");
    }
    return value.booleanValue();
  }

  @Nullable String string(String name) {
    JsonNode value = get(name);
    return value == null ? null : string(param(name), value);
  }

  @Nullable Fields object(String name) {
    JsonNode value = get(name);
    return value == null ? null : object(param(name), value);
  }

  /** The elements of an array; null if it is absent. */
  @Nullable List<JsonNode> array(String name, int maxLength) {
    JsonNode value = get(name);
    return value == null ? null : array(param(name), value, maxLength);
  }

  static List<JsonNode> array(String param, JsonNode value, int maxLength) {
    if (!value.isArray()) {
      throw wrong(param, value, "an array");
    }
    if (value.size() > maxLength) {
      throw ApiException.invalid(
          param, param + " has " + value.size() + " elements, the limit is " + maxLength);
    }
    return new ArrayList<>(value.values());
  }

  static Fields object(String param, JsonNode value) {
    if (value instanceof ObjectNode node) {
      return new Fields(node, param);
    }
    throw wrong(param, value, "an object");
  }

  static String string(String param, JsonNode value) {
    if (!value.isString()) {
      throw wrong(param, value, "a string");
    }
    return value.stringValue();
  }

  static long integer(String param, JsonNode value, long min, long max) {
    boolean whole = value.isIntegralNumber() && value.canConvertToLong();
    if (!whole || value.longValue() < min || value.longValue() > max) {
      throw wrong(param, value, "an integer in [" + min + ", " + max + "]");
    }
    return value.longValue();
  }

  static double number(String param, JsonNode value, double min, double max) {
    // Written so that NaN fails; 1e400 has become infinity and fails too.
    if (!value.isNumber() || !(value.doubleValue() >= min && value.doubleValue() <= max)) {
      throw wrong(param, value, "a number in [" + plain(min) + ", " + plain(max) + "]");
    }
    return value.doubleValue();
  }

  private static String plain(double limit) {
    return limit == Math.rint(limit) ? Long.toString((long) limit) : Double.toString(limit);
  }

  private static ApiException wrong(String param, JsonNode value, String expected) {
    return ApiException.invalid(
        param, param + " is " + shown(value) + ", but it must be " + expected);
  }

  private static String shown(JsonNode value) {
    if (value.isContainer()) {
      return value.isArray() ? "an array" : "an object";
    }
    return printable(value.toString(), MAX_SHOWN_VALUE);
  }

  /** Text for a message or a log: no control characters, and cut. */
  static String printable(String text, int maxLength) {
    String cut = text.length() > maxLength ? text.substring(0, maxLength) + "…" : text;
    return cut.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\u2028\u2029]", "?");
  }
}
