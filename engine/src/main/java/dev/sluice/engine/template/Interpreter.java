package dev.sluice.engine.template;

import dev.sluice.engine.template.Statement.Branch;
import dev.sluice.engine.template.Statement.Parameter;
import dev.sluice.engine.template.Statement.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Executes statements for one rendering. */
final class Interpreter {
  private final Budget budget;
  private final Evaluator evaluator;

  /** How a list of statements ended. */
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Interpreter(Budget budget) {
    this.budget = budget;
    this.evaluator = new Evaluator(budget);
  }

  void run(List<Statement> template, Scope scope, TextBuilder out) {
    execute(template, scope, out);
  }

  private Flow execute(List<Statement> statements, Scope scope, TextBuilder out) {
    budget.enterEvaluation();
    Flow flow = Flow.NEXT;
    for (int i = 0; i < statements.size() && flow == Flow.NEXT; i++) {
      budget.step();
      flow = execute(statements.get(i), scope, out);
    }
    budget.leaveEvaluation();
    return flow;
  }

  private Flow execute(Statement statement, Scope scope, TextBuilder out) {
    switch (statement) {
      case Statement.Data data -> out.append(data.text());
      case Statement.Output output ->
          out.append(Python.str(evaluator.evaluate(output.value(), scope), budget));
      case Statement.Set set -> assign(set.target(), evaluator.evaluate(set.value(), scope), scope);
      case Statement.SetBlock block -> assignBlock(block, scope);
      case Statement.Macro macro -> scope.set(macro.name(), macroOf(macro, scope));
      case Statement.If choice -> {
        return executeIf(choice, scope, out);
      }
      case Statement.For loop -> {
        return executeFor(loop, scope, out);
      }
      case Statement.Break jump -> {
        return Flow.BREAK;
      }
      case Statement.Continue jump -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.NEXT;
  }

  private Flow executeIf(Statement.If choice, Scope scope, TextBuilder out) {
    for (Branch branch : choice.branches()) {
      if (evaluator.isTrue(branch.condition(), scope)) {
        return execute(branch.body(), scope, out);
      }
    }
    return execute(choice.otherwise(), scope, out);
  }

  private Flow executeFor(Statement.For loop, Scope scope, TextBuilder out) {
    List<Object> items = selectedItems(loop, scope);
    if (items.isEmpty()) {
      return execute(loop.otherwise(), new Scope(scope), out);
    }
    Loop state = new Loop(items);
    Flow flow = Flow.NEXT;
    for (int i = 0; i < items.size() && flow != Flow.BREAK; i++) {
      budget.step();
      state.moveTo(i);
      Scope inner = new Scope(scope);
      inner.set("loop", state);
      assign(loop.target(), items.get(i), inner);
      flow = execute(loop.body(), inner, out);
    }
    return Flow.NEXT;
  }

  private List<Object> selectedItems(Statement.For loop, Scope scope) {
    List<Object> items = Python.items(evaluator.evaluate(loop.items(), scope), budget);
    Expression condition = loop.condition();
    if (condition == null) {
      return items;
    }
    List<Object> selected = new ArrayList<>();
    for (Object item : items) {
      Scope inner = new Scope(scope);
      assign(loop.target(), item, inner);
      if (evaluator.isTrue(condition, inner)) {
        selected.add(item);
      }
    }
    return selected;
  }

  private void assign(Target target, Object value, Scope scope) {
    switch (target) {
      case Target.Variable(String name) -> scope.set(name, value);
      case Target.Unpacked(List<Target> parts) -> unpack(parts, value, scope);
      case Target.Member(String namespace, String name) ->
          requireNamespace(scope.get(namespace), namespace).set(name, value);
    }
  }

  private void unpack(List<Target> parts, Object value, Scope scope) {
    List<Object> values = Python.items(value, budget);
    if (values.size() != parts.size()) {
      throw new TemplateException(
          "the chat template unpacks %d values into %d variables"
              .formatted(values.size(), parts.size()));
    }
    for (int i = 0; i < parts.size(); i++) {
      assign(parts.get(i), values.get(i), scope);
    }
  }

  private static Namespace requireNamespace(Object value, String name) {
    if (value instanceof Namespace namespace) {
      return namespace;
    }
    throw new TemplateException(
        "the chat template sets a member of '%s', which is %s and not a namespace"
            .formatted(name, Python.typeName(value)));
  }

  private void assignBlock(Statement.SetBlock block, Scope scope) {
    Object value = capture(block.body(), new Scope(scope));
    for (Expression.Filter filter : block.filters()) {
      value = evaluator.applyFilter(filter, value, scope);
    }
    assign(block.target(), value, scope);
  }

  private Text capture(List<Statement> body, Scope scope) {
    TextBuilder captured = new TextBuilder(budget);
    execute(body, scope, captured);
    return captured.build();
  }

  private Callable macroOf(Statement.Macro macro, Scope definedIn) {
    return arguments -> {
      budget.enterMacro();
      Scope scope = new Scope(definedIn);
      bind(macro, arguments, scope);
      Text text = capture(macro.body(), scope);
      budget.leaveMacro();
      return text;
    };
  }

  private void bind(Statement.Macro macro, ArgumentValues arguments, Scope scope) {
    List<Parameter> parameters = macro.parameters();
    Set<String> unknown = new HashSet<>(arguments.named().keySet());
    parameters.forEach(parameter -> unknown.remove(parameter.name()));
    if (arguments.positional().size() > parameters.size() || !unknown.isEmpty()) {
      throw new TemplateException(
          "the chat template calls the macro '%s' with arguments that it does not take"
              .formatted(macro.name()));
    }
    for (int i = 0; i < parameters.size(); i++) {
      Parameter parameter = parameters.get(i);
      Object given = arguments.find(i, parameter.name());
      scope.set(parameter.name(), given != null ? given : defaultOf(parameter, scope));
    }
  }

  private Object defaultOf(Parameter parameter, Scope scope) {
    Expression value = parameter.defaultValue();
    return value == null ? new Undefined(parameter.name()) : evaluator.evaluate(value, scope);
  }
}
