package dev.sluice.engine.template;

import java.util.Map;

/** A template's {@code namespace(…)}: the one thing whose members a loop's body can set. */
final class Namespace {
  private final Map<String, Object> members;

  Namespace(Map<String, Object> members) {
    this.members = members;
  }

  Object get(String name) {
    return members.getOrDefault(name, new Undefined(name));
  }

  void set(String name, Object value) {
    members.put(name, value);
  }
}
