package dev.sluice.engine.template;

import dev.sluice.engine.template.Expression.Arguments;
import dev.sluice.engine.template.Expression.Named;
import dev.sluice.engine.template.Expression.Step;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes expressions within a budget. */
final class Evaluator {
  private final Budget budget;

  Evaluator(Budget budget) {
    this.budget = budget;
  }

  Object evaluate(Expression expression, Scope scope) {
    budget.step();
    budget.enterEvaluation();
    Object value = compute(expression, scope);
    budget.leaveEvaluation();
    return value;
  }

  /** Takes no records apart here: each part would be a local variable of a recursive method. */
  private Object compute(Expression expression, Scope scope) {
    return switch (expression) {
      case Expression.Literal literal -> literal.value();
      case Expression.Name name -> scope.get(name.name());
      case Expression.ListLiteral list -> evaluateAll(list.items(), scope);
      case Expression.TupleLiteral tuple -> new Tuple(evaluateAll(tuple.items(), scope));
      case Expression.DictLiteral dict -> evaluateDict(dict, scope);
      case Expression.Attribute attribute -> evaluateAttribute(attribute, scope);
      case Expression.Item item -> evaluateItem(item, scope);
      case Expression.Slice slice -> evaluateSlice(slice, scope);
      case Expression.Call call -> evaluateCall(call, scope);
      case Expression.Filter filter -> applyFilter(filter, evaluate(filter.target(), scope), scope);
      case Expression.Test test -> evaluateTest(test, scope);
      case Expression.Not not -> !isTrue(not.operand(), scope);
      case Expression.Negate negate -> Numbers.negate(evaluate(negate.operand(), scope));
      case Expression.And and -> evaluateAnd(and, scope);
      case Expression.Or or -> evaluateOr(or, scope);
      case Expression.Arithmetic arithmetic -> evaluateArithmetic(arithmetic, scope);
      case Expression.Concatenation concatenation -> concatenate(concatenation.parts(), scope);
      case Expression.Comparison comparison -> compare(comparison, scope);
      case Expression.Conditional conditional -> choose(conditional, scope);
    };
  }

  private Object evaluateAttribute(Expression.Attribute attribute, Scope scope) {
    return Members.attribute(evaluate(attribute.target(), scope), attribute.name(), budget);
  }

  private Object evaluateItem(Expression.Item item, Scope scope) {
    Object target = evaluate(item.target(), scope);
    if (target instanceof Text text) {
      budget.chars(text.length());
    }
    return Members.item(target, evaluate(item.index(), scope), budget);
  }

  private Object evaluateTest(Expression.Test test, Scope scope) {
    Object value = evaluate(test.target(), scope);
    return Tests.apply(test.name(), value, evaluateArguments(test.arguments(), scope));
  }

  private Object evaluateAnd(Expression.And and, Scope scope) {
    Object left = evaluate(and.left(), scope);
    return Python.isTrue(left) ? evaluate(and.right(), scope) : left;
  }

  private Object evaluateOr(Expression.Or or, Scope scope) {
    Object left = evaluate(or.left(), scope);
    return Python.isTrue(left) ? left : evaluate(or.right(), scope);
  }

  private Object evaluateArithmetic(Expression.Arithmetic arithmetic, Scope scope) {
    Object left = evaluate(arithmetic.left(), scope);
    return Numbers.apply(arithmetic.operator(), left, evaluate(arithmetic.right(), scope), budget);
  }

  boolean isTrue(Expression condition, Scope scope) {
    return Python.isTrue(evaluate(condition, scope));
  }

  private List<Object> evaluateAll(List<Expression> expressions, Scope scope) {
    List<Object> values = new ArrayList<>(expressions.size());
    for (Expression expression : expressions) {
      values.add(evaluate(expression, scope));
    }
    return values;
  }

  private Object evaluateDict(Expression.DictLiteral dict, Scope scope) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (Expression.Entry entry : dict.entries()) {
      map.put(Python.toKey(evaluate(entry.key(), scope)), evaluate(entry.value(), scope));
    }
    return map;
  }

  private Object evaluateSlice(Expression.Slice slice, Scope scope) {
    return Members.slice(
        evaluate(slice.target(), scope),
        evaluateOptional(slice.start(), scope),
        evaluateOptional(slice.stop(), scope),
        evaluateOptional(slice.step(), scope),
        budget);
  }

  private @Nullable Object evaluateOptional(@Nullable Expression expression, Scope scope) {
    return expression == null ? null : evaluate(expression, scope);
  }

  private Object evaluateCall(Expression.Call call, Scope scope) {
    Object callee = evaluate(call.callee(), scope);
    if (!(callee instanceof Callable callable)) {
      throw Python.wrongType("something to call", callee);
    }
    return callable.call(evaluateArguments(call.arguments(), scope));
  }

  private ArgumentValues evaluateArguments(Arguments arguments, Scope scope) {
    if (arguments.equals(Arguments.NONE)) {
      return ArgumentValues.NONE;
    }
    Map<String, Object> named = new LinkedHashMap<>();
    for (Named argument : arguments.named()) {
      named.put(argument.name(), evaluate(argument.value(), scope));
    }
    return new ArgumentValues(evaluateAll(arguments.positional(), scope), named);
  }

  Object applyFilter(Expression.Filter filter, Object value, Scope scope) {
    return Filters.apply(
        filter.name(), value, evaluateArguments(filter.arguments(), scope), budget);
  }

  private Object concatenate(List<Expression> parts, Scope scope) {
    TextBuilder text = new TextBuilder(budget);
    for (Expression part : parts) {
      text.append(Python.str(evaluate(part, scope), budget));
    }
    return text.build();
  }

  private Object compare(Expression.Comparison comparison, Scope scope) {
    Object left = evaluate(comparison.first(), scope);
    for (Step step : comparison.steps()) {
      Object right = evaluate(step.operand(), scope);
      if (!holds(step.operator(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private boolean holds(String operator, Object left, Object right) {
    charge(left);
    charge(right);
    return switch (operator) {
      case "==" -> Python.areEqual(left, right);
      case "!=" -> !Python.areEqual(left, right);
      case "<" -> Python.compare(left, right) < 0;
      case "<=" -> Python.compare(left, right) <= 0;
      case ">" -> Python.compare(left, right) > 0;
      case ">=" -> Python.compare(left, right) >= 0;
      case "in" -> Tests.contains(right, left);
      case "not in" -> !Tests.contains(right, left);
      default -> throw new AssertionError(operator);
    };
  }

  /** Comparing reads its operands: a long one must not come for a single step. */
  private void charge(Object operand) {
    switch (operand) {
      case Text text -> budget.chars(text.length());
      case List<?> list -> budget.steps(list.size());
      default -> {}
    }
  }

  private Object choose(Expression.Conditional conditional, Scope scope) {
    if (isTrue(conditional.condition(), scope)) {
      return evaluate(conditional.value(), scope);
    }
    Expression otherwise = conditional.otherwise();
    return otherwise == null ? new Undefined("else") : evaluate(otherwise, scope);
  }
}
