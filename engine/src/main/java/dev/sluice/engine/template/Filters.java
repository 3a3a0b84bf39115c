package dev.sluice.engine.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What may follow {@code |}. */
final class Filters {
  private static final Map<String, Filter> ALL =
      Map.ofEntries(
          Map.entry("abs", Filters::abs),
          Map.entry("capitalize", (v, a, b) -> Texts.capitalized(Python.str(v, b))),
          Map.entry("count", Filters::length),
          Map.entry("d", Filters::orDefault),
          Map.entry("default", Filters::orDefault),
          Map.entry("first", (v, a, b) -> edge(Python.items(v, b), true)),
          Map.entry("float", Filters::toFloat),
          Map.entry("indent", Filters::indent),
          Map.entry("int", Filters::toInt),
          Map.entry("items", Filters::items),
          Map.entry("join", Filters::join),
          Map.entry("last", (v, a, b) -> edge(Python.items(v, b), false)),
          Map.entry("length", Filters::length),
          Map.entry("list", (v, a, b) -> new ArrayList<>(Python.items(v, b))),
          Map.entry("lower", (v, a, b) -> Texts.lower(Python.str(v, b))),
          Map.entry("map", Filters::map),
          Map.entry("max", (v, a, b) -> extreme(v, a, b, 1)),
          Map.entry("min", (v, a, b) -> extreme(v, a, b, -1)),
          Map.entry("reject", (v, a, b) -> select(v, a, b, false, false)),
          Map.entry("rejectattr", (v, a, b) -> select(v, a, b, true, false)),
          Map.entry("replace", Filters::replace),
          Map.entry("reverse", Filters::reverse),
          Map.entry("safe", (v, a, b) -> Python.str(v, b)),
          Map.entry("select", (v, a, b) -> select(v, a, b, false, true)),
          Map.entry("selectattr", (v, a, b) -> select(v, a, b, true, true)),
          Map.entry("sort", Filters::sort),
          Map.entry("string", (v, a, b) -> Python.str(v, b)),
          Map.entry("sum", Filters::sum),
          Map.entry("title", (v, a, b) -> Texts.titleByBlanks(Python.str(v, b))),
          Map.entry("tojson", Filters::toJson),
          Map.entry("trim", Filters::trim),
          Map.entry("unique", Filters::unique),
          Map.entry("upper", (v, a, b) -> Texts.upper(Python.str(v, b))));

  static final Set<String> NAMES = ALL.keySet();

  @FunctionalInterface
  private interface Filter {
    Object apply(Object value, ArgumentValues arguments, Budget budget);
  }

  private Filters() {}

  static Object apply(String name, Object value, ArgumentValues arguments, Budget budget) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw new TemplateException("unknown filter '" + name + "' in the chat template");
    }
    if (value instanceof Text text) {
      budget.chars(text.length());
    }
    return filter.apply(value, arguments, budget);
  }

  private static Object abs(Object value, ArgumentValues arguments, Budget budget) {
    return value instanceof Double number
        ? (Object) Math.abs(number)
        : (Object) Math.abs(Python.requireLong(value));
  }

  private static Object length(Object value, ArgumentValues arguments, Budget budget) {
    return switch (value) {
      case Text text -> (long) text.codePointCount();
      case List<?> list -> (long) list.size();
      case Map<?, ?> map -> (long) map.size();
      case Undefined undefined -> 0L;
      default -> throw Python.wrongType("something with a length", value);
    };
  }

  private static Object orDefault(Object value, ArgumentValues arguments, Budget budget) {
    boolean missing =
        value instanceof Undefined || (arguments.getBoolean(1, "boolean") && !Python.isTrue(value));
    return missing ? arguments.get(0, "default_value", Text.EMPTY) : value;
  }

  private static Object edge(List<Object> items, boolean first) {
    if (items.isEmpty()) {
      return new Undefined(first ? "first item" : "last item");
    }
    return first ? items.getFirst() : items.getLast();
  }

  private static Object toInt(Object value, ArgumentValues arguments, Budget budget) {
    Object otherwise = arguments.get(0, "default", 0L);
    return switch (value) {
      case Long number -> number;
      case Boolean truth -> truth ? 1L : 0L;
      case Double number -> Double.isFinite(number) ? (Object) (long) (double) number : otherwise;
      case Text text ->
          parsedInt(text.chars().strip(), arguments.getLong(1, "base", 10), otherwise);
      default -> otherwise;
    };
  }

  private static Object parsedInt(String text, long base, Object otherwise) {
    try {
      return Long.valueOf(text, Math.clamp(base, 2, 36));
    } catch (NumberFormatException e) {
      Object number = parsedFloat(text, otherwise);
      return number instanceof Double value && Double.isFinite(value)
          ? (Object) (long) (double) value
          : otherwise;
    }
  }

  private static Object toFloat(Object value, ArgumentValues arguments, Budget budget) {
    Object otherwise = arguments.get(0, "default", 0.0);
    return switch (value) {
      case Text text -> parsedFloat(text.chars().strip(), otherwise);
      default -> Python.isNumber(value) ? (Object) Python.requireDouble(value) : otherwise;
    };
  }

  private static Object parsedFloat(String text, Object otherwise) {
    // Java also reads 1f, 1d and hexadecimal, which Python does not.
    if (!text.matches("[+-]?[0-9]{0,400}(\\.[0-9]{0,400})?([eE][+-]?[0-9]{1,9})?")) {
      return otherwise;
    }
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      return otherwise;
    }
  }

  private static Object indent(Object value, ArgumentValues arguments, Budget budget) {
    Object width = arguments.get(0, "width", 4L);
    Text indent =
        width instanceof Text text
            ? text
            : (Text) Numbers.apply("*", Text.trusted(" "), width, budget);
    return Texts.indent(
        Python.str(value, budget),
        indent,
        arguments.getBoolean(1, "first"),
        arguments.getBoolean(2, "blank"),
        budget);
  }

  private static Object items(Object value, ArgumentValues arguments, Budget budget) {
    return switch (value) {
      case Undefined undefined -> List.of();
      case Map<?, ?> map -> Methods.entries(map, budget);
      default -> throw Python.wrongType("a dict", value);
    };
  }

  private static Object join(Object value, ArgumentValues arguments, Budget budget) {
    Text separator = Python.str(arguments.get(0, "d", Text.EMPTY), budget);
    return Texts.join(separator, attributes(value, arguments.find(1, "attribute"), budget), budget);
  }

  private static List<Object> attributes(Object value, @Nullable Object attribute, Budget budget) {
    List<Object> items = Python.items(value, budget);
    if (attribute == null || attribute == None.NONE) {
      return items;
    }
    items.replaceAll(item -> Members.path(item, attribute, budget));
    return items;
  }

  private static Object map(Object value, ArgumentValues arguments, Budget budget) {
    Object attribute = arguments.named().get("attribute");
    if (attribute != null) {
      Object otherwise = arguments.named().get("default");
      List<Object> items = attributes(value, attribute, budget);
      items.replaceAll(item -> item instanceof Undefined && otherwise != null ? otherwise : item);
      return items;
    }
    String filter = arguments.requireText(0, "filter").chars();
    List<Object> items = Python.items(value, budget);
    items.replaceAll(item -> apply(filter, item, arguments.withoutFirst(), budget));
    return items;
  }

  private static Object select(
      Object value, ArgumentValues arguments, Budget budget, boolean byAttribute, boolean wanted) {
    Object attribute = byAttribute ? arguments.require(0, "attribute") : null;
    ArgumentValues test = byAttribute ? arguments.withoutFirst() : arguments;
    List<Object> items = Python.items(value, budget);
    items.removeIf(item -> {
      Object tested = attribute == null ? item : Members.path(item, attribute, budget);
      return passes(tested, test) != wanted;
    });
    return items;
  }

  private static boolean passes(Object value, ArgumentValues test) {
    return test.positional().isEmpty()
        ? Python.isTrue(value)
        : Tests.apply(test.requireText(0, "test").chars(), value, test.withoutFirst());
  }

  private static Object extreme(
      Object value, ArgumentValues arguments, Budget budget, int direction) {
    List<Object> items = Python.items(value, budget);
    Comparator<Object> order = order(arguments.find(1, "attribute"), false, budget);
    return items.isEmpty()
        ? new Undefined("extreme of nothing")
        : Collections.max(items, direction > 0 ? order : order.reversed());
  }

  private static Object sum(Object value, ArgumentValues arguments, Budget budget) {
    Object total = arguments.get(1, "start", 0L);
    for (Object item : attributes(value, arguments.find(0, "attribute"), budget)) {
      total = Numbers.apply("+", total, item, budget);
    }
    return total;
  }

  private static Object replace(Object value, ArgumentValues arguments, Budget budget) {
    return Texts.replace(
        Python.str(value, budget),
        Python.str(arguments.require(0, "old"), budget),
        Python.str(arguments.require(1, "new"), budget),
        countOrAll(arguments.get(2, "count", None.NONE)),
        budget);
  }

  private static long countOrAll(Object count) {
    return count == None.NONE ? -1 : Python.requireLong(count);
  }

  private static Object reverse(Object value, ArgumentValues arguments, Budget budget) {
    return value instanceof Text
        ? Members.slice(value, null, null, -1L, budget)
        : Python.items(value, budget).reversed();
  }

  private static Object sort(Object value, ArgumentValues arguments, Budget budget) {
    List<Object> items = Python.items(value, budget);
    budget.steps(items.size() * 8L);
    Comparator<Object> order =
        order(arguments.find(2, "attribute"), arguments.getBoolean(1, "case_sensitive"), budget);
    items.sort(arguments.getBoolean(0, "reverse") ? order.reversed() : order);
    return items;
  }

  private static Comparator<Object> order(
      @Nullable Object attribute, boolean caseSensitive, Budget budget) {
    return (a, b) ->
        Python.compare(
            sortKey(a, attribute, caseSensitive, budget),
            sortKey(b, attribute, caseSensitive, budget));
  }

  private static Object sortKey(
      Object item, @Nullable Object attribute, boolean caseSensitive, Budget budget) {
    Object key =
        attribute == null || attribute == None.NONE ? item : Members.path(item, attribute, budget);
    return key instanceof Text text && !caseSensitive ? Texts.lower(text) : key;
  }

  private static Object unique(Object value, ArgumentValues arguments, Budget budget) {
    boolean caseSensitive = arguments.getBoolean(0, "case_sensitive");
    Object attribute = arguments.find(1, "attribute");
    Set<Object> seen = new HashSet<>();
    List<Object> items = Python.items(value, budget);
    items.removeIf(
        item -> !seen.add(Python.toKey(sortKey(item, attribute, caseSensitive, budget))));
    return items;
  }

  /** The arguments are those of Hugging Face's filter, not of Jinja's own. */
  private static Object toJson(Object value, ArgumentValues arguments, Budget budget) {
    String indent = indentOf(arguments.find(1, "indent"), budget);
    Json.Style style =
        new Json.Style(
            indent,
            separator(arguments, 0, indent == null ? ", " : ","),
            separator(arguments, 1, ": "),
            arguments.getBoolean(0, "ensure_ascii"),
            arguments.getBoolean(3, "sort_keys"));
    return new Json(budget, style).write(value);
  }

  private static String separator(ArgumentValues arguments, int place, String otherwise) {
    Object separators = arguments.get(2, "separators", None.NONE);
    return separators instanceof List<?> both && both.size() == 2
        ? Python.requireText(both.get(place)).chars()
        : otherwise;
  }

  private static @Nullable String indentOf(@Nullable Object indent, Budget budget) {
    return switch (indent) {
      case null -> null;
      case None none -> null;
      case Text text -> text.chars();
      default -> {
        long width = Math.max(0, Python.requireLong(indent));
        budget.chars(width);
        yield " ".repeat((int) width);
      }
    };
  }

  private static Object trim(Object value, ArgumentValues arguments, Budget budget) {
    return Texts.strip(Python.str(value, budget), arguments.find(0, "chars"), true, true);
  }
}
