package dev.sluice.engine.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes JSON as Python's {@code json.dumps} with {@code ensure_ascii=False}, which is what models
 * were trained on: a space after each separator, non-ASCII as it is, and dicts in their order.
 */
final class Json {
  private final TextBuilder out;
  private final Style style;

  /**
   * How it is laid out.
   *
   * @param indent what each level is indented by; null for all on one line
   */
  record Style(
      @Nullable String indent,
      String itemSeparator,
      String keySeparator,
      boolean asciiOnly,
      boolean sortKeys) {}

  Json(Budget budget, Style style) {
    this.out = new TextBuilder(budget);
    this.style = style;
  }

  Text write(Object value) {
    append(value, 0);
    return out.build();
  }

  private void append(Object value, int depth) {
    Budget.requireDepth(depth);
    switch (value) {
      case Text text -> out.append(quoted(text.chars()));
      case List<?> list -> appendList(list, depth);
      case Map<?, ?> map -> appendMap(map, depth);
      default -> out.append(scalar(value));
    }
  }

  private static String scalar(Object value) {
    return switch (value) {
      case Boolean truth -> truth ? "true" : "false";
      case Long number -> Long.toString(number);
      case Double number -> number(number);
      case None none -> "null";
      default -> throw Python.wrongType("something that JSON can hold", value);
    };
  }

  private static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return Double.isInfinite(value)
        ? value > 0 ? "Infinity" : "-Infinity"
        : Python.floatRepr(value);
  }

  private void appendList(List<?> list, int depth) {
    out.append("[");
    boolean first = true;
    for (Object item : list) {
      separate(first, depth + 1);
      append(item, depth + 1);
      first = false;
    }
    close("]", first, depth);
  }

  private void appendMap(Map<?, ?> map, int depth) {
    out.append("{");
    boolean first = true;
    for (Map.Entry<?, ?> entry : entries(map)) {
      separate(first, depth + 1);
      out.append(quoted(key(entry.getKey()))).append(style.keySeparator);
      append(entry.getValue(), depth + 1);
      first = false;
    }
    close("}", first, depth);
  }

  private List<? extends Map.Entry<?, ?>> entries(Map<?, ?> map) {
    List<? extends Map.Entry<?, ?>> entries = List.copyOf(map.entrySet());
    return style.sortKeys
        ? entries.stream()
            .sorted(
                (a, b) -> Python.compare(Python.fromKey(a.getKey()), Python.fromKey(b.getKey())))
            .toList()
        : entries;
  }

  private String key(Object key) {
    return key instanceof String chars ? chars : scalar(key);
  }

  private void separate(boolean first, int depth) {
    out.append(first ? "" : style.itemSeparator);
    breakLine(depth);
  }

  private void close(String bracket, boolean empty, int depth) {
    if (!empty) {
      breakLine(depth);
    }
    out.append(bracket);
  }

  private void breakLine(int depth) {
    if (style.indent != null) {
      out.append("\n" + style.indent.repeat(depth));
    }
  }

  private String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> quoted.append("\\\"");
        case '\\' -> quoted.append("\\\\");
        case '\n' -> quoted.append("\\n");
        case '\r' -> quoted.append("\\r");
        case '\t' -> quoted.append("\\t");
        case '\f' -> quoted.append("\\f");
        case '\b' -> quoted.append("\\b");
        default -> {
          if (c < 0x20 || (style.asciiOnly && c > '~')) {
            quoted.append("\\u%04x".formatted((int) c));
          } else {
            quoted.append(c);
          }
        }
      }
    }
    return quoted.append('"').toString();
  }
}
