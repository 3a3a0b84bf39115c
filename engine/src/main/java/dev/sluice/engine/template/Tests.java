package dev.sluice.engine.template;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What may follow {@code is}. */
final class Tests {
  static final Set<String> NAMES =
      Set.of(
          "defined",
          "undefined",
          "none",
          "string",
          "mapping",
          "iterable",
          "sequence",
          "number",
          "integer",
          "float",
          "boolean",
          "true",
          "false",
          "callable",
          "equalto",
          "eq",
          "==",
          "ne",
          "lt",
          "lessthan",
          "le",
          "gt",
          "greaterthan",
          "ge",
          "in",
          "odd",
          "even",
          "divisibleby",
          "sameas",
          "lower",
          "upper");

  private Tests() {}

  static boolean apply(String name, Object value, ArgumentValues arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == None.NONE;
      case "string" -> value instanceof Text;
      case "mapping" -> value instanceof Map;
      case "iterable", "sequence" -> isSequence(value);
      case "number" -> Python.isNumber(value);
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "callable" -> value instanceof Callable;
      case "odd" -> Math.floorMod(Python.requireLong(value), 2) == 1;
      case "even" -> Math.floorMod(Python.requireLong(value), 2) == 0;
      case "lower" -> isInCase(value, Texts.lower(Python.requireText(value)));
      case "upper" -> isInCase(value, Texts.upper(Python.requireText(value)));
      default -> compare(name, value, arguments.require(0, "other"));
    };
  }

  private static boolean isSequence(Object value) {
    return value instanceof List
        || value instanceof Map
        || value instanceof Text
        || value instanceof Undefined;
  }

  private static boolean isInCase(Object value, Text changed) {
    return value.equals(changed)
        && changed
            .chars()
            .codePoints()
            .anyMatch(c -> Character.isUpperCase(c) || Character.isLowerCase(c));
  }

  private static boolean compare(String name, Object value, Object other) {
    return switch (name) {
      case "equalto", "eq", "==" -> Python.areEqual(value, other);
      case "ne" -> !Python.areEqual(value, other);
      case "lt", "lessthan" -> Python.compare(value, other) < 0;
      case "le" -> Python.compare(value, other) <= 0;
      case "gt", "greaterthan" -> Python.compare(value, other) > 0;
      case "ge" -> Python.compare(value, other) >= 0;
      case "in" -> contains(other, value);
      case "divisibleby" -> isDivisible(Python.requireLong(value), Python.requireLong(other));
      case "sameas" -> value.getClass() == other.getClass() && Python.areEqual(value, other);
      default -> throw new TemplateException("unknown test '" + name + "' in the chat template");
    };
  }

  private static boolean isDivisible(long value, long divisor) {
    if (divisor == 0) {
      throw new TemplateException("the chat template divides by zero");
    }
    return value % divisor == 0;
  }

  /** Python's {@code value in container}. */
  static boolean contains(Object container, Object value) {
    return switch (container) {
      case Text text -> text.chars().contains(Python.requireText(value).chars());
      case Map<?, ?> map -> map.containsKey(Python.toKey(value));
      case List<?> list -> list.stream().anyMatch(item -> Python.areEqual(item, value));
      case Undefined undefined -> false;
      default -> throw Python.wrongType("something to look in", container);
    };
  }
}
