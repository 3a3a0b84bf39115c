package dev.sluice.engine.template;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The functions that every template can call. */
final class Functions {
  static final Set<String> NAMES =
      Set.of("range", "namespace", "dict", "raise_exception", "strftime_now");

  private final Budget budget;
  private final Clock clock;

  Functions(Budget budget, Clock clock) {
    this.budget = budget;
    this.clock = clock;
  }

  void defineIn(Scope scope) {
    scope.set("range", (Callable) this::range);
    scope.set("namespace", (Callable) arguments -> new Namespace(entries(arguments)));
    scope.set("dict", (Callable) this::entries);
    scope.set("raise_exception", (Callable) this::raise);
    scope.set("strftime_now", (Callable) this::now);
  }

  private Object range(ArgumentValues arguments) {
    boolean single = arguments.count() == 1;
    long start = single ? 0 : Python.requireLong(arguments.require(0, "start"));
    long stop = Python.requireLong(arguments.require(single ? 0 : 1, "stop"));
    long step = arguments.getLong(2, "step", 1);
    if (step == 0) {
      throw new TemplateException("the chat template calls range() with a step of 0");
    }
    List<Object> numbers = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      budget.step();
      numbers.add(i);
      boolean overflows = ((i ^ (i + step)) & (step ^ (i + step))) < 0;
      if (overflows) {
        break;
      }
    }
    return numbers;
  }

  private Map<String, Object> entries(ArgumentValues arguments) {
    Map<String, Object> entries = new LinkedHashMap<>();
    for (Object source : arguments.positional()) {
      if (!(source instanceof Map<?, ?> map)) {
        throw Python.wrongType("a dict", source);
      }
      map.forEach((key, value) -> entries.put(String.valueOf(key), value));
    }
    entries.putAll(arguments.named());
    return entries;
  }

  private Object raise(ArgumentValues arguments) {
    throw new TemplateException(Python.str(arguments.require(0, "message"), budget).chars());
  }

  private Object now(ArgumentValues arguments) {
    String format = arguments.requireText(0, "format").chars();
    return Text.trusted(DateFormat.format(format, ZonedDateTime.now(clock)));
  }
}
