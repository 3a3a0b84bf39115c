package dev.sluice.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A statement's syntax tree; lines count from one. */
sealed interface Statement {

  int line();

  record Data(int line, Text text) implements Statement {}

  record Output(int line, Expression value) implements Statement {}

  record If(int line, List<Branch> branches, List<Statement> otherwise) implements Statement {}

  record Branch(Expression condition, List<Statement> body) {}

  record For(
      int line,
      Target target,
      Expression items,
      @Nullable Expression condition,
      List<Statement> body,
      List<Statement> otherwise)
      implements Statement {}

  record Set(int line, Target target, Expression value) implements Statement {}

  /** {@code filters} apply to the rendered body, innermost first. */
  record SetBlock(int line, Target target, List<Expression.Filter> filters, List<Statement> body)
      implements Statement {}

  record Macro(int line, String name, List<Parameter> parameters, List<Statement> body)
      implements Statement {}

  record Parameter(String name, @Nullable Expression defaultValue) {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /** What is assigned to. */
  sealed interface Target {
    record Variable(String name) implements Target {}

    record Unpacked(List<Target> parts) implements Target {}

    record Member(String namespace, String name) implements Target {}
  }
}
