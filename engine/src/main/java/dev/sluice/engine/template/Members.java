package dev.sluice.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Attributes, items and slices of values. There are no others than those listed here. */
final class Members {

  private Members() {}

  /** {@code target.name}: a method, or else an entry. */
  static Object attribute(Object target, String name, Budget budget) {
    return switch (target) {
      case Undefined undefined -> throw undefined.error();
      case Namespace namespace -> namespace.get(name);
      case Loop loop -> loop.attribute(name);
      default -> {
        Callable method = Methods.find(target, name, budget);
        yield method != null ? method : entry(target, name);
      }
    };
  }

  /** {@code target[key]}: an entry, or else a method. */
  static Object item(Object target, Object key, Budget budget) {
    return switch (target) {
      case Undefined undefined -> throw undefined.error();
      case List<?> list when Python.isNumber(key) -> itemAt(list, Python.requireLong(key));
      case Text text when Python.isNumber(key) -> characterAt(text, Python.requireLong(key));
      case Map<?, ?> map when isEntry(map, key) -> entry(map, Python.toKey(key));
      default ->
          key instanceof Text name
              ? attribute(target, name.chars(), budget)
              : new Undefined(Python.str(key, budget).chars());
    };
  }

  private static boolean isEntry(Map<?, ?> map, Object key) {
    return !(key instanceof List || key instanceof Map) && map.containsKey(Python.toKey(key));
  }

  private static Object entry(Object target, Object key) {
    Object value = target instanceof Map<?, ?> map ? map.get(key) : null;
    return value != null ? value : new Undefined(String.valueOf(key));
  }

  private static Object itemAt(List<?> list, long index) {
    long place = index < 0 ? index + list.size() : index;
    return place >= 0 && place < list.size()
        ? list.get((int) place)
        : new Undefined("item " + index);
  }

  private static Object characterAt(Text text, long index) {
    int count = text.codePointCount();
    long place = index < 0 ? index + count : index;
    if (place < 0 || place >= count) {
      return new Undefined("item " + index);
    }
    int start = text.chars().offsetByCodePoints(0, (int) place);
    return text.slice(start, text.chars().offsetByCodePoints(start, 1));
  }

  /** A dotted path, as the {@code attribute=} of filters gives it. */
  static Object path(Object target, Object path, Budget budget) {
    if (!(path instanceof Text text)) {
      return item(target, path, budget);
    }
    Object value = target;
    for (String name : text.chars().split("\\.", -1)) {
      boolean index = !name.isEmpty() && name.chars().allMatch(c -> c >= '0' && c <= '9');
      value = item(value, index ? Numbers.parseLong(name) : Text.untrusted(name), budget);
    }
    return value;
  }

  /** {@code target[start:stop:step]} as Python counts: from the end if negative, and cut to fit. */
  static Object slice(
      Object target,
      @Nullable Object start,
      @Nullable Object stop,
      @Nullable Object step,
      Budget budget) {
    long stride = step == null ? 1 : Python.requireLong(step);
    if (stride == 0) {
      throw new TemplateException("the chat template slices in steps of 0");
    }
    if (target instanceof Text text) {
      budget.chars(text.length());
      return stride == 1
          ? sliceOf(text, start, stop)
          : joined(pick(Python.items(text, budget), start, stop, stride), budget);
    }
    if (target instanceof List<?> list) {
      budget.steps(list.size());
      List<Object> picked = pick(list, start, stop, stride);
      return target instanceof Tuple ? new Tuple(picked) : picked;
    }
    throw Python.wrongType("something to slice", target);
  }

  private static Text sliceOf(Text text, @Nullable Object start, @Nullable Object stop) {
    int count = text.codePointCount();
    int first = (int) bound(start, 0, 0, count, count);
    int end = (int) bound(stop, count, 0, count, count);
    if (first >= end) {
      return Text.EMPTY;
    }
    int from = text.chars().offsetByCodePoints(0, first);
    return text.slice(from, text.chars().offsetByCodePoints(from, end - first));
  }

  private static List<Object> pick(
      List<?> items, @Nullable Object start, @Nullable Object stop, long stride) {
    int size = items.size();
    boolean forward = stride > 0;
    long low = forward ? 0 : -1;
    long high = forward ? size : size - 1;
    long from = bound(start, forward ? low : high, low, high, size);
    long end = bound(stop, forward ? high : low, low, high, size);
    List<Object> picked = new ArrayList<>();
    for (long i = from; forward ? i < end : i > end; i = Math.addExact(i, stride)) {
      picked.add(items.get((int) i));
      if (forward ? end - i <= stride : end - i >= stride) {
        break;
      }
    }
    return picked;
  }

  private static long bound(@Nullable Object value, long otherwise, long low, long high, int size) {
    if (value == null || value == None.NONE) {
      return otherwise;
    }
    long given = Python.requireLong(value);
    return Math.clamp(given < 0 ? given + size : given, low, high);
  }

  private static Text joined(List<Object> parts, Budget budget) {
    TextBuilder text = new TextBuilder(budget);
    parts.forEach(part -> text.append((Text) part));
    return text.build();
  }
}
