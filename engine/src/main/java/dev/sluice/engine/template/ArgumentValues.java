package dev.sluice.engine.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The evaluated arguments of a call, filter or test. */
record ArgumentValues(List<Object> positional, Map<String, Object> named) {
  static final ArgumentValues NONE = new ArgumentValues(List.of(), Map.of());

  int count() {
    return positional.size() + named.size();
  }

  /** The argument at a place or by its name; null if it was not given. */
  @Nullable Object find(int place, String name) {
    return place < positional.size() ? positional.get(place) : named.get(name);
  }

  Object get(int place, String name, Object otherwise) {
    Object value = find(place, name);
    return value == null ? otherwise : value;
  }

  Object require(int place, String name) {
    Object value = find(place, name);
    if (value == null) {
      throw new TemplateException("the chat template leaves out the argument '" + name + "'");
    }
    return value;
  }

  Text requireText(int place, String name) {
    return Python.requireText(require(place, name));
  }

  long getLong(int place, String name, long otherwise) {
    return Python.requireLong(get(place, name, otherwise));
  }

  boolean getBoolean(int place, String name) {
    return Python.isTrue(get(place, name, false));
  }

  /** What is left for a filter or test that {@code map} or {@code select} applies. */
  ArgumentValues withoutFirst() {
    return new ArgumentValues(positional.subList(1, positional.size()), named);
  }
}
