package dev.sluice.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of strings, dicts and lists that templates call. */
final class Methods {

  private Methods() {}

  /** A value's method; null if it has none of that name. */
  static @Nullable Callable find(Object target, String name, Budget budget) {
    return switch (target) {
      case Text text -> ofText(text, name, budget);
      case Map<?, ?> map -> ofMap(map, name, budget);
      case List<?> list -> ofList(list, name, budget);
      default -> null;
    };
  }

  private static @Nullable Callable ofText(Text text, String name, Budget budget) {
    Callable method = textMethod(text, name, budget);
    return method == null
        ? null
        : arguments -> {
          budget.chars(text.length());
          return method.call(arguments);
        };
  }

  private static @Nullable Callable textMethod(Text text, String name, Budget budget) {
    return switch (name) {
      case "upper" -> a -> Texts.upper(text);
      case "lower" -> a -> Texts.lower(text);
      case "title" -> a -> Texts.title(text);
      case "capitalize" -> a -> Texts.capitalized(text);
      case "strip" -> a -> Texts.strip(text, a.find(0, "chars"), true, true);
      case "lstrip" -> a -> Texts.strip(text, a.find(0, "chars"), true, false);
      case "rstrip" -> a -> Texts.strip(text, a.find(0, "chars"), false, true);
      case "startswith" -> a -> matchesAny(a.require(0, "prefix"), text, String::startsWith);
      case "endswith" -> a -> matchesAny(a.require(0, "suffix"), text, String::endsWith);
      case "removeprefix" -> a -> withoutPrefix(text, a.requireText(0, "prefix"));
      case "removesuffix" -> a -> withoutSuffix(text, a.requireText(0, "suffix"));
      case "split" ->
          a -> Texts.split(text, a.find(0, "sep"), a.getLong(1, "maxsplit", -1), budget);
      case "rsplit" ->
          a -> Texts.splitFromEnd(text, a.find(0, "sep"), a.getLong(1, "maxsplit", -1), budget);
      case "splitlines" -> a -> Texts.lines(text, budget);
      case "join" -> a -> Texts.join(text, texts(a.require(0, "iterable"), budget), budget);
      case "replace" ->
          a ->
              Texts.replace(
                  text,
                  a.requireText(0, "old"),
                  a.requireText(1, "new"),
                  a.getLong(2, "count", -1),
                  budget);
      case "find" ->
          a -> codePointIndex(text, text.chars().indexOf(a.requireText(0, "sub").chars()));
      case "rfind" ->
          a -> codePointIndex(text, text.chars().lastIndexOf(a.requireText(0, "sub").chars()));
      case "count" -> a -> Texts.split(text, a.requireText(0, "sub"), -1, budget).size() - 1L;
      case "isdigit" -> a -> all(text, Character::isDigit);
      case "isalpha" -> a -> all(text, Character::isLetter);
      case "isspace" -> a -> all(text, Python::isSpace);
      default -> null;
    };
  }

  private static boolean matchesAny(
      Object candidates, Text text, BiPredicate<String, String> matches) {
    List<?> all = candidates instanceof Tuple tuple ? tuple : List.of(candidates);
    return all.stream()
        .anyMatch(part -> matches.test(text.chars(), Python.requireText(part).chars()));
  }

  private static Text withoutPrefix(Text text, Text prefix) {
    return text.chars().startsWith(prefix.chars())
        ? text.slice(prefix.length(), text.length())
        : text;
  }

  private static Text withoutSuffix(Text text, Text suffix) {
    return text.chars().endsWith(suffix.chars())
        ? text.slice(0, text.length() - suffix.length())
        : text;
  }

  private static List<Object> texts(Object iterable, Budget budget) {
    List<Object> items = Python.items(iterable, budget);
    items.forEach(Python::requireText);
    return items;
  }

  private static long codePointIndex(Text text, int index) {
    return index < 0 ? -1 : text.chars().codePointCount(0, index);
  }

  private static boolean all(Text text, IntPredicate predicate) {
    return !text.isEmpty() && text.chars().codePoints().allMatch(predicate);
  }

  private static @Nullable Callable ofMap(Map<?, ?> map, String name, Budget budget) {
    return switch (name) {
      case "items" -> a -> entries(map, budget);
      case "keys" -> a -> Python.items(map, budget);
      case "values" -> a -> Python.items(new ArrayList<Object>(map.values()), budget);
      case "get" -> a -> get(map, a);
      default -> null;
    };
  }

  static List<Object> entries(Map<?, ?> map, Budget budget) {
    budget.steps(map.size());
    List<Object> entries = new ArrayList<>(map.size());
    map.forEach((key, value) -> entries.add(Tuple.of(Python.fromKey(key), value)));
    return entries;
  }

  private static Object get(Map<?, ?> map, ArgumentValues arguments) {
    Object value = map.get(Python.toKey(arguments.require(0, "key")));
    return value != null ? value : arguments.get(1, "default", None.NONE);
  }

  private static @Nullable Callable ofList(List<?> list, String name, Budget budget) {
    return switch (name) {
      case "append" -> a -> append(list, a.require(0, "object"));
      case "index" -> a -> indexOf(list, a.require(0, "value"), budget);
      case "count" -> a -> count(list, a.require(0, "value"), budget);
      default -> null;
    };
  }

  @SuppressWarnings("unchecked") // every list of the interpreter holds objects
  private static Object append(List<?> list, Object item) {
    if (list instanceof Tuple) {
      throw new TemplateException("the chat template appends to a tuple");
    }
    ((List<Object>) list).add(item);
    return None.NONE;
  }

  private static Object indexOf(List<?> list, Object value, Budget budget) {
    budget.steps(list.size());
    for (int i = 0; i < list.size(); i++) {
      if (Python.areEqual(list.get(i), value)) {
        return (long) i;
      }
    }
    throw new TemplateException(
        "the chat template asks for the index of what a list does not have");
  }

  private static Object count(List<?> list, Object value, Budget budget) {
    budget.steps(list.size());
    return list.stream().filter(item -> Python.areEqual(item, value)).count();
  }
}
