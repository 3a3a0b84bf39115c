package dev.sluice.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A running loop, as its body sees it under the name {@code loop}. */
final class Loop {
  private final List<Object> items;
  private int index;
  private @Nullable Object lastChecked;

  Loop(List<Object> items) {
    this.items = items;
  }

  void moveTo(int newIndex) {
    index = newIndex;
  }

  Object attribute(String name) {
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "first" -> index == 0;
      case "last" -> index == items.size() - 1;
      case "length" -> (long) items.size();
      case "revindex" -> (long) items.size() - index;
      case "revindex0" -> items.size() - index - 1L;
      case "previtem" -> index == 0 ? new Undefined(name) : items.get(index - 1);
      case "nextitem" -> index == items.size() - 1 ? new Undefined(name) : items.get(index + 1);
      case "depth" -> 1L;
      case "depth0" -> 0L;
      case "cycle" -> (Callable) this::cycle;
      case "changed" -> (Callable) this::changed;
      default -> new Undefined(name);
    };
  }

  private Object cycle(ArgumentValues arguments) {
    if (arguments.positional().isEmpty()) {
      throw new TemplateException("the chat template calls loop.cycle() without values");
    }
    return arguments.positional().get(index % arguments.positional().size());
  }

  private Object changed(ArgumentValues arguments) {
    Object checked = new Tuple(arguments.positional());
    boolean changed = lastChecked == null || !Python.areEqual(checked, lastChecked);
    lastChecked = checked;
    return changed;
  }
}
