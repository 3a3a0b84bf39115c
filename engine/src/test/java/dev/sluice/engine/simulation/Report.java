package dev.sluice.engine.simulation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** What a failed simulation says: what is wrong, how to replay it, and a test that shows it. */
final class Report {
  private Report() {}

  static AssertionError of(long seed, Schedule original, Shrinker.Shrunk shrunk) {
    String text =
        """
        %s
        Seed %d at commit %s; replay it with -Dtest.seed=%d
        Shrunk from %d arrivals and commands to %d:

        %s
        """
            .formatted(
                shrunk.failure().getMessage(),
                seed,
                commit(),
                seed,
                original.size(),
                shrunk.schedule().size(),
                java(shrunk.schedule()));
    return new AssertionError(text, shrunk.failure());
  }

  /** A schedule as the Java expression that makes it. */
  static String java(Schedule schedule) {
    return "new Schedule(\n    %s,\n    List.of(\n        %s),\n    List.of(%s),\n    %sL)"
        .formatted(
            expression(schedule.setting()),
            list(schedule.requests()),
            schedule.commands().isEmpty() ? "" : "\n        " + list(schedule.commands()),
            schedule.calmNanos());
  }

  private static String list(List<?> records) {
    return records.stream().map(Report::expression).collect(Collectors.joining(",\n        "));
  }

  private static String expression(Object value) {
    return switch (value) {
      case Reading reading when reading.equals(Reading.UNBOUNDED) -> "Reading.UNBOUNDED";
      case Record fields -> "new " + name(fields) + "(" + arguments(fields) + ")";
      case List<?> list ->
          list.stream().map(Report::expression).collect(Collectors.joining(", ", "List.of(", ")"));
      case Long number -> number == Long.MAX_VALUE ? "Long.MAX_VALUE" : number + "L";
      case Enum<?> constant -> constant.getDeclaringClass().getSimpleName() + "." + constant;
      default -> value.toString();
    };
  }

  private static String name(Record record) {
    Class<?> enclosing = record.getClass().getEnclosingClass();
    String prefix = enclosing == null ? "" : enclosing.getSimpleName() + ".";
    return prefix + record.getClass().getSimpleName();
  }

  private static String arguments(Record record) {
    StringBuilder arguments = new StringBuilder();
    for (var component : record.getClass().getRecordComponents()) {
      arguments.append(arguments.isEmpty() ? "" : ", ");
      try {
        component.getAccessor().setAccessible(true);
        arguments.append(expression(component.getAccessor().invoke(record)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException(e);
      }
    }
    return arguments.toString();
  }

  /** The commit that is checked out, as far as git can tell. */
  private static String commit() {
    try {
      Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD").start();
      String name = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return name.isEmpty() ? "unknown" : name;
    } catch (IOException e) {
      return "unknown";
    }
  }
}
