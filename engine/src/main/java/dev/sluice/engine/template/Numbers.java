package dev.sluice.engine.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's arithmetic, on numbers of at most 64 bits, strings and lists. */
final class Numbers {

  private Numbers() {}

  static Object apply(String operator, Object left, Object right, Budget budget) {
    if (operator.equals("+") && !(Python.isNumber(left) && Python.isNumber(right))) {
      return joined(left, right, budget);
    }
    if (operator.equals("*") && !(Python.isNumber(left) && Python.isNumber(right))) {
      return Python.isNumber(left) ? repeated(right, left, budget) : repeated(left, right, budget);
    }
    try {
      return left instanceof Double || right instanceof Double || operator.equals("/")
          ? ofDoubles(operator, Python.requireDouble(left), Python.requireDouble(right))
          : ofLongs(operator, Python.requireLong(left), Python.requireLong(right));
    } catch (ArithmeticException e) {
      throw new TemplateException(
          "the chat template computes %s %s %s: %s"
              .formatted(left, operator, right, e.getMessage()));
    }
  }

  private static Object ofLongs(String operator, long left, long right) {
    return switch (operator) {
      case "+" -> Math.addExact(left, right);
      case "-" -> Math.subtractExact(left, right);
      case "*" -> Math.multiplyExact(left, right);
      case "//" -> Math.floorDivExact(left, right);
      case "%" -> Math.floorMod(left, right);
      case "**" ->
          right < 0
              ? (Object) Math.pow((double) left, (double) right)
              : (Object) power(left, right);
      default -> throw new AssertionError(operator);
    };
  }

  private static long power(long base, long exponent) {
    if (Math.abs(base) <= 1) {
      return exponent == 0 ? 1 : exponent % 2 == 0 ? base * base : base;
    }
    if (exponent > Long.SIZE) {
      throw new ArithmeticException("long overflow");
    }
    long result = 1;
    for (long i = 0; i < exponent; i++) {
      result = Math.multiplyExact(result, base);
    }
    return result;
  }

  private static Object ofDoubles(String operator, double left, double right) {
    if (right == 0 && "//%".contains(operator)) {
      throw new ArithmeticException("division by zero");
    }
    return switch (operator) {
      case "+" -> left + right;
      case "-" -> left - right;
      case "*" -> left * right;
      case "/" -> left / right;
      case "//" -> Math.floor(left / right);
      case "%" -> left - right * Math.floor(left / right);
      case "**" -> Math.pow(left, right);
      default -> throw new AssertionError(operator);
    };
  }

  private static Object joined(Object left, Object right, Budget budget) {
    if (left instanceof Text first && right instanceof Text second) {
      return new TextBuilder(budget).append(first).append(second).build();
    }
    if (left instanceof List<?> first && right instanceof List<?> second) {
      budget.steps((long) first.size() + second.size());
      List<Object> both = new ArrayList<>(first);
      both.addAll(second);
      return left instanceof Tuple ? new Tuple(both) : both;
    }
    throw unsupported("+", left, right);
  }

  private static Object repeated(Object value, Object times, Budget budget) {
    long count = Math.max(0, Python.requireLong(times));
    if (value instanceof Text text) {
      budget.chars(size(text.length(), count));
      budget.steps(count);
      TextBuilder repeated = new TextBuilder(budget);
      for (long i = 0; i < count; i++) {
        repeated.append(text);
      }
      return repeated.build();
    }
    if (value instanceof List<?> list) {
      budget.steps(size(list.size(), count));
      List<Object> repeated = new ArrayList<>();
      Collections.nCopies((int) count, list).forEach(repeated::addAll);
      return repeated;
    }
    throw unsupported("*", value, times);
  }

  /** A length that saturates, so that no product slips past a budget by overflowing. */
  private static long size(int length, long count) {
    return Math.multiplyHigh(length, count) == 0 ? Math.max(length * count, count) : Long.MAX_VALUE;
  }

  private static TemplateException unsupported(String operator, Object left, Object right) {
    for (Object operand : List.of(left, right)) {
      if (operand instanceof Undefined undefined) {
        return undefined.error();
      }
    }
    return new TemplateException(
        "the chat template computes %s %s %s"
            .formatted(Python.typeName(left), operator, Python.typeName(right)));
  }

  static long parseLong(String digits) {
    try {
      return Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new TemplateException("the number " + digits + " exceeds 64 bits");
    }
  }

  static Object negate(Object value) {
    if (value instanceof Double number) {
      return -number;
    }
    return apply("-", 0L, Python.requireLong(value), new Budget());
  }
}
