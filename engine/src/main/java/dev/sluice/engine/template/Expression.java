package dev.sluice.engine.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** An expression's syntax tree. */
sealed interface Expression {

  record Literal(Object value) implements Expression {}

  record Name(String name) implements Expression {}

  record ListLiteral(List<Expression> items) implements Expression {}

  record TupleLiteral(List<Expression> items) implements Expression {}

  record DictLiteral(List<Entry> entries) implements Expression {}

  record Entry(Expression key, Expression value) {}

  record Attribute(Expression target, String name) implements Expression {}

  record Item(Expression target, Expression index) implements Expression {}

  record Slice(
      Expression target,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step)
      implements Expression {}

  record Call(Expression callee, Arguments arguments) implements Expression {}

  record Filter(Expression target, String name, Arguments arguments) implements Expression {}

  record Test(Expression target, String name, Arguments arguments) implements Expression {}

  record Not(Expression operand) implements Expression {}

  record Negate(Expression operand) implements Expression {}

  record And(Expression left, Expression right) implements Expression {}

  record Or(Expression left, Expression right) implements Expression {}

  record Arithmetic(String operator, Expression left, Expression right) implements Expression {}

  record Concatenation(List<Expression> parts) implements Expression {}

  /** {@code first op operand op operand …}, each pair compared, as Python chains them. */
  record Comparison(Expression first, List<Step> steps) implements Expression {}

  record Step(String operator, Expression operand) {}

  record Conditional(Expression condition, Expression value, @Nullable Expression otherwise)
      implements Expression {}

  record Arguments(List<Expression> positional, List<Named> named) {
    static final Arguments NONE = new Arguments(List.of(), List.of());
  }

  record Named(String name, Expression value) {}
}
