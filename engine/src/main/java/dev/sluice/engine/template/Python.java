package dev.sluice.engine.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Python's ideas of truth, equality, order and text, over the interpreter's values: {@link Text},
 * {@link Long}, {@link Double}, {@link Boolean}, {@link None}, {@link List}, {@link Map} with
 * strings in place of texts as keys, {@link Undefined}, and what templates make ({@link Namespace},
 * {@link Loop}, {@link Callable}).
 */
final class Python {

  private Python() {}

  /** What {@code str.isspace} and the pattern {@code \s} mean. */
  static boolean isSpace(int c) {
    return Character.isSpaceChar(c)
        || (c >= '\t' && c <= '\r')
        || (c >= 0x1C && c <= 0x1F)
        || c == 0x85;
  }

  static int skipSpace(String text, int start) {
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return start;
  }

  /** The end of what is left of {@code text[start, end)} without spaces at its end. */
  static int stripEnd(String text, int start, int end) {
    while (end > start && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }

  static boolean isTrue(Object value) {
    return switch (value) {
      case Boolean truth -> truth;
      case Long number -> number != 0;
      case Double number -> number != 0;
      case Text text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      case None none -> false;
      case Undefined undefined -> false;
      default -> true;
    };
  }

  static boolean areEqual(Object left, Object right) {
    return areEqual(left, right, 0);
  }

  private static boolean areEqual(Object left, Object right, int depth) {
    Budget.requireDepth(depth);
    if (isNumber(left) && isNumber(right)) {
      return compareNumbers(left, right) == 0;
    }
    if (left instanceof List<?> first && right instanceof List<?> second) {
      return areItemsEqual(first, second, depth);
    }
    if (left instanceof Map<?, ?> first && right instanceof Map<?, ?> second) {
      return areEntriesEqual(first, second, depth);
    }
    return (left instanceof Undefined && right instanceof Undefined) || left.equals(right);
  }

  private static boolean areItemsEqual(List<?> left, List<?> right, int depth) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!areEqual(left.get(i), right.get(i), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean areEntriesEqual(Map<?, ?> left, Map<?, ?> right, int depth) {
    if (left.size() != right.size()) {
      return false;
    }
    for (Map.Entry<?, ?> entry : left.entrySet()) {
      Object other = right.get(entry.getKey());
      if (other == null || !areEqual(entry.getValue(), other, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  /** Orders numbers, texts and lists among themselves. */
  static int compare(Object left, Object right) {
    if (isNumber(left) && isNumber(right)) {
      return compareNumbers(left, right);
    }
    if (left instanceof Text first && right instanceof Text second) {
      return first.compareTo(second);
    }
    if (left instanceof List<?> first && right instanceof List<?> second) {
      Iterator<?> others = second.iterator();
      for (Object item : first) {
        int order = others.hasNext() ? compare(item, others.next()) : 1;
        if (order != 0) {
          return order;
        }
      }
      return others.hasNext() ? -1 : 0;
    }
    throw new TemplateException(
        "the chat template compares %s with %s".formatted(typeName(left), typeName(right)));
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  private static int compareNumbers(Object left, Object right) {
    if (left instanceof Double || right instanceof Double) {
      double first = requireDouble(left);
      double second = requireDouble(right);
      return first == second ? 0 : Double.compare(first, second);
    }
    return Long.compare(requireLong(left), requireLong(right));
  }

  static long requireLong(Object value) {
    return switch (value) {
      case Long number -> number;
      case Boolean truth -> truth ? 1 : 0;
      default -> throw wrongType("an integer", value);
    };
  }

  static double requireDouble(Object value) {
    return value instanceof Double number ? number : requireLong(value);
  }

  static Text requireText(Object value) {
    if (value instanceof Text text) {
      return text;
    }
    throw wrongType("a string", value);
  }

  static TemplateException wrongType(String needed, Object value) {
    return value instanceof Undefined undefined
        ? undefined.error()
        : new TemplateException(
            "the chat template needs " + needed + " but has " + typeName(value));
  }

  static String typeName(Object value) {
    return switch (value) {
      case Text text -> "a string";
      case Boolean truth -> "a boolean";
      case Long number -> "an integer";
      case Double number -> "a float";
      case Tuple tuple -> "a tuple";
      case List<?> list -> "a list";
      case Map<?, ?> map -> "a dict";
      case None none -> "None";
      case Undefined undefined -> "the undefined '" + undefined.name() + "'";
      default -> "a " + value.getClass().getSimpleName();
    };
  }

  /** What a loop runs over: items, a dict's keys, a string's characters. */
  static List<Object> items(Object value, Budget budget) {
    List<Object> items =
        switch (value) {
          case List<?> list -> new ArrayList<>(list);
          case Map<?, ?> map -> keys(map);
          case Text text -> characters(text);
          case Undefined undefined -> List.of();
          default -> throw wrongType("something to iterate over", value);
        };
    budget.steps(items.size());
    return items;
  }

  static List<Object> keys(Map<?, ?> map) {
    List<Object> keys = new ArrayList<>(map.size());
    map.keySet().forEach(key -> keys.add(fromKey(key)));
    return keys;
  }

  private static List<Object> characters(Text text) {
    List<Object> characters = new ArrayList<>();
    for (int i = 0; i < text.length(); ) {
      int end = i + Character.charCount(text.chars().codePointAt(i));
      characters.add(text.slice(i, end));
      i = end;
    }
    return characters;
  }

  /** A value as a dict's key: texts are keyed by their characters alone. */
  static Object toKey(Object value) {
    return switch (value) {
      case Text text -> text.chars();
      case Long number -> number;
      case Boolean truth -> truth;
      case Double number -> number;
      case None none -> none;
      default -> throw wrongType("a dict's key", value);
    };
  }

  static Object fromKey(Object key) {
    return key instanceof String chars ? Text.untrusted(chars) : key;
  }

  static Text str(Object value, Budget budget) {
    if (value instanceof Text text) {
      return text;
    }
    if (value instanceof Undefined) {
      return Text.EMPTY;
    }
    TextBuilder text = new TextBuilder(budget);
    appendRepr(value, text, 0);
    return text.build();
  }

  private static void appendRepr(Object value, TextBuilder out, int depth) {
    Budget.requireDepth(depth);
    switch (value) {
      case Text text -> out.append(quoted(text.chars()));
      case Boolean truth -> out.append(truth ? "True" : "False");
      case Long number -> out.append(Long.toString(number));
      case Double number -> out.append(floatRepr(number));
      case None none -> out.append("None");
      case Undefined undefined -> out.append("Undefined");
      case Tuple tuple -> {
        appendItems(tuple, "(", tuple.size() == 1 ? ",)" : ")", out, depth);
      }
      case List<?> list -> appendItems(list, "[", "]", out, depth);
      case Map<?, ?> map -> appendEntries(map, out, depth);
      default -> throw wrongType("something that can be printed", value);
    }
  }

  private static void appendItems(
      List<?> items, String open, String close, TextBuilder out, int depth) {
    out.append(open);
    String separator = "";
    for (Object item : items) {
      out.append(separator);
      appendRepr(item, out, depth + 1);
      separator = ", ";
    }
    out.append(close);
  }

  private static void appendEntries(Map<?, ?> map, TextBuilder out, int depth) {
    out.append("{");
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      out.append(separator);
      appendRepr(fromKey(entry.getKey()), out, depth + 1);
      out.append(": ");
      appendRepr(entry.getValue(), out, depth + 1);
      separator = ", ";
    }
    out.append("}");
  }

  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder quoted = new StringBuilder(text.length() + 2).append(quote);
    text.codePoints().forEach(c -> appendQuoted(c, quote, quoted));
    return quoted.append(quote).toString();
  }

  private static void appendQuoted(int c, char quote, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').append(quote);
        } else if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else {
          out.append((c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c));
        }
      }
    }
  }

  private static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /** The shortest digits that read back as the same number, as Python writes them. */
  static String floatRepr(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int exponent = exact.precision() - exact.scale() - 1;
    if (exponent >= -4 && exponent < 16) {
      String plain = exact.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = exact.unscaledValue().abs().toString();
    String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
    return "%s%s%se%s%02d"
        .formatted(
            value < 0 ? "-" : "",
            digits.charAt(0),
            fraction,
            exponent < 0 ? "-" : "+",
            Math.abs(exponent));
  }
}
