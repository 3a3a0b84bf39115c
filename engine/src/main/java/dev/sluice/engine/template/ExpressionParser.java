package dev.sluice.engine.template;

import dev.sluice.engine.template.Expression.Arguments;
import dev.sluice.engine.template.Expression.Named;
import dev.sluice.engine.template.Expression.Step;
import dev.sluice.engine.template.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parses expressions with Jinja's precedence, loosest first: {@code if else}, {@code or}, {@code
 * and}, {@code not}, comparisons, {@code + -}, {@code ~}, {@code * / // %}, {@code **}, sign,
 * filters and tests, then calls, items and attributes.
 */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private static final Set<String> AFTER_TEST =
      Set.of("else", "or", "and", "is", "if", "in", "not", "recursive");

  private final TokenReader tokens;
  private final Set<String> defined = new HashSet<>();
  private final List<Token> called = new ArrayList<>();

  ExpressionParser(TokenReader tokens) {
    this.tokens = tokens;
  }

  /** Says that the template gives this name a value somewhere. */
  void define(String name) {
    defined.add(name);
  }

  /** A misspelt function is refused when the model loads, not when a conversation reaches it. */
  void requireCalledNamesToExist() {
    for (Token name : called) {
      if (!defined.contains(name.text()) && !Functions.NAMES.contains(name.text())) {
        throw tokens.errorAt(name, "unknown function '" + name.text() + "'");
      }
    }
  }

  Expression parseTuple() {
    return parseTuple(true);
  }

  Expression parseTupleWithoutCondition() {
    return parseTuple(false);
  }

  private Expression parseTuple(boolean withCondition) {
    Expression first = withCondition ? parse() : parseOr();
    if (!tokens.peek().isOperator(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",") && !endsTuple()) {
      items.add(withCondition ? parse() : parseOr());
    }
    return new Expression.TupleLiteral(List.copyOf(items));
  }

  private boolean endsTuple() {
    Token token = tokens.peek();
    return token.kind() == Kind.VARIABLE_END
        || token.kind() == Kind.BLOCK_END
        || token.isOperator(")");
  }

  Expression parse() {
    tokens.enter();
    Expression value = parseOr();
    while (tokens.skipName("if")) {
      Expression condition = parseOr();
      @Nullable Expression otherwise = tokens.skipName("else") ? parse() : null;
      value = new Expression.Conditional(condition, value, otherwise);
    }
    tokens.leave();
    return value;
  }

  private Expression parseOr() {
    Expression left = parseAnd();
    while (tokens.skipName("or")) {
      left = new Expression.Or(left, parseAnd());
    }
    return left;
  }

  private Expression parseAnd() {
    Expression left = parseNot();
    while (tokens.skipName("and")) {
      left = new Expression.And(left, parseNot());
    }
    return left;
  }

  private Expression parseNot() {
    if (!tokens.skipName("not")) {
      return parseComparison();
    }
    tokens.enter();
    Expression operand = parseNot();
    tokens.leave();
    return new Expression.Not(operand);
  }

  private Expression parseComparison() {
    Expression first = parseSum();
    List<Step> steps = new ArrayList<>();
    for (String operator = comparison(); operator != null; operator = comparison()) {
      steps.add(new Step(operator, parseSum()));
    }
    return steps.isEmpty() ? first : new Expression.Comparison(first, List.copyOf(steps));
  }

  private @Nullable String comparison() {
    Token token = tokens.peek();
    if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
      return tokens.next().text();
    }
    if (tokens.skipName("in")) {
      return "in";
    }
    if (token.isName("not") && tokens.peekNext().isName("in")) {
      tokens.next();
      tokens.next();
      return "not in";
    }
    return null;
  }

  private Expression parseSum() {
    Expression left = parseConcatenation();
    while (tokens.peek().isOperator("+") || tokens.peek().isOperator("-")) {
      String operator = tokens.next().text();
      left = new Expression.Arithmetic(operator, left, parseConcatenation());
    }
    return left;
  }

  private Expression parseConcatenation() {
    Expression first = parseProduct();
    if (!tokens.peek().isOperator("~")) {
      return first;
    }
    List<Expression> parts = new ArrayList<>(List.of(first));
    while (tokens.skipOperator("~")) {
      parts.add(parseProduct());
    }
    return new Expression.Concatenation(List.copyOf(parts));
  }

  private Expression parseProduct() {
    Expression left = parsePower();
    while (tokens.peek().kind() == Kind.OPERATOR
        && Set.of("*", "/", "//", "%").contains(tokens.peek().text())) {
      String operator = tokens.next().text();
      left = new Expression.Arithmetic(operator, left, parsePower());
    }
    return left;
  }

  private Expression parsePower() {
    Expression left = parseUnary(true);
    while (tokens.skipOperator("**")) {
      left = new Expression.Arithmetic("**", left, parseUnary(true));
    }
    return left;
  }

  private Expression parseUnary(boolean withFilters) {
    tokens.enter();
    Expression operand;
    if (tokens.skipOperator("-")) {
      operand = new Expression.Negate(parseUnary(false));
    } else if (tokens.skipOperator("+")) {
      operand = parseUnary(false);
    } else {
      operand = parsePrimary();
    }
    operand = parsePostfix(operand);
    tokens.leave();
    return withFilters ? parseFiltersAndTests(operand) : operand;
  }

  private Expression parsePrimary() {
    Token token = tokens.next();
    return switch (token.kind()) {
      case NAME -> nameOrConstant(token);
      case STRING -> new Expression.Literal(Text.trusted(adjacentStrings(token)));
      case INTEGER -> new Expression.Literal(parseLong(token));
      case FLOAT -> new Expression.Literal(Double.parseDouble(token.text()));
      case OPERATOR -> parseBracketed(token);
      default -> throw tokens.errorAt(token, "unexpected " + token.quoted());
    };
  }

  private static Expression nameOrConstant(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Expression.Literal(true);
      case "false", "False" -> new Expression.Literal(false);
      case "none", "None" -> new Expression.Literal(None.NONE);
      default -> new Expression.Name(token.text());
    };
  }

  private String adjacentStrings(Token first) {
    StringBuilder text = new StringBuilder(first.text());
    while (tokens.peek().kind() == Kind.STRING) {
      text.append(tokens.next().text());
    }
    return text.toString();
  }

  private Long parseLong(Token token) {
    try {
      return Long.valueOf(token.text());
    } catch (NumberFormatException e) {
      throw tokens.errorAt(token, "the number " + token.text() + " exceeds 64 bits");
    }
  }

  private Expression parseBracketed(Token opening) {
    return switch (opening.text()) {
      case "(" -> parseParenthesised();
      case "[" -> new Expression.ListLiteral(parseItems("]"));
      case "{" -> parseDict();
      default -> throw tokens.errorAt(opening, "unexpected " + opening.quoted());
    };
  }

  private Expression parseParenthesised() {
    if (tokens.skipOperator(")")) {
      return new Expression.TupleLiteral(List.of());
    }
    Expression inner = parseTuple();
    tokens.expectOperator(")");
    return inner;
  }

  private List<Expression> parseItems(String closing) {
    List<Expression> items = new ArrayList<>();
    while (!tokens.skipOperator(closing)) {
      items.add(parse());
      if (!tokens.peek().isOperator(closing)) {
        tokens.expectOperator(",");
      }
    }
    return List.copyOf(items);
  }

  private Expression parseDict() {
    List<Expression.Entry> entries = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      Expression key = parse();
      tokens.expectOperator(":");
      entries.add(new Expression.Entry(key, parse()));
      if (!tokens.peek().isOperator("}")) {
        tokens.expectOperator(",");
      }
    }
    return new Expression.DictLiteral(List.copyOf(entries));
  }

  private Expression parsePostfix(Expression operand) {
    while (true) {
      Token token = tokens.peek();
      if (tokens.skipOperator(".")) {
        operand = parseAttribute(operand);
      } else if (tokens.skipOperator("[")) {
        operand = parseSubscript(operand);
      } else if (token.isOperator("(")) {
        operand = parseCall(operand, token);
      } else {
        return operand;
      }
    }
  }

  private Expression parseAttribute(Expression target) {
    Token name = tokens.next();
    return switch (name.kind()) {
      case NAME -> new Expression.Attribute(target, name.text());
      case INTEGER -> new Expression.Item(target, new Expression.Literal(parseLong(name)));
      default -> throw tokens.errorAt(name, "unexpected " + name.quoted() + " after '.'");
    };
  }

  private Expression parseSubscript(Expression target) {
    @Nullable Expression start = tokens.peek().isOperator(":") ? null : parse();
    if (!tokens.skipOperator(":")) {
      tokens.expectOperator("]");
      if (start == null) {
        throw tokens.error("an index is missing");
      }
      return new Expression.Item(target, start);
    }
    @Nullable Expression stop = sliceBound();
    @Nullable Expression step = tokens.skipOperator(":") ? sliceBound() : null;
    tokens.expectOperator("]");
    return new Expression.Slice(target, start, stop, step);
  }

  private @Nullable Expression sliceBound() {
    boolean absent = tokens.peek().isOperator(":") || tokens.peek().isOperator("]");
    return absent ? null : parse();
  }

  private Expression parseCall(Expression callee, Token at) {
    if (callee instanceof Expression.Name(String name)) {
      called.add(new Token(Kind.NAME, name, at.line()));
    }
    return new Expression.Call(callee, parseArguments());
  }

  private Arguments parseArguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<Named> named = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      if (tokens.peek().kind() == Kind.NAME && tokens.peekNext().isOperator("=")) {
        String name = tokens.next().text();
        tokens.next();
        named.add(new Named(name, parse()));
      } else if (named.isEmpty()) {
        positional.add(parse());
      } else {
        throw tokens.error("a positional argument follows a named one");
      }
      if (!tokens.peek().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return new Arguments(List.copyOf(positional), List.copyOf(named));
  }

  private Expression parseFiltersAndTests(Expression operand) {
    while (true) {
      Token token = tokens.peek();
      if (tokens.skipOperator("|")) {
        operand = parseFilter(operand);
      } else if (tokens.skipName("is")) {
        operand = parseTest(operand);
      } else if (token.isOperator("(")) {
        operand = parseCall(operand, token);
      } else {
        return operand;
      }
    }
  }

  private Expression.Filter parseFilter(Expression operand) {
    Token name = tokens.expect(Kind.NAME);
    if (!Filters.NAMES.contains(name.text())) {
      throw tokens.errorAt(name, "unknown filter '" + name.text() + "'");
    }
    Arguments arguments = tokens.peek().isOperator("(") ? parseArguments() : Arguments.NONE;
    return new Expression.Filter(operand, name.text(), arguments);
  }

  /** The filters of a {@code set} block, whose operand is the block's text. */
  List<Expression.Filter> parseFilters() {
    List<Expression.Filter> filters = new ArrayList<>();
    while (tokens.skipOperator("|")) {
      filters.add(parseFilter(new Expression.Literal(Text.EMPTY)));
    }
    return List.copyOf(filters);
  }

  private Expression parseTest(Expression operand) {
    boolean negated = tokens.skipName("not");
    Token name = tokens.expect(Kind.NAME);
    if (!Tests.NAMES.contains(name.text())) {
      throw tokens.errorAt(name, "unknown test '" + name.text() + "'");
    }
    Expression test = new Expression.Test(operand, name.text(), parseTestArguments());
    return negated ? new Expression.Not(test) : test;
  }

  private Arguments parseTestArguments() {
    Token token = tokens.peek();
    if (token.isOperator("(")) {
      return parseArguments();
    }
    boolean operand =
        switch (token.kind()) {
          case NAME -> !AFTER_TEST.contains(token.text());
          case STRING, INTEGER, FLOAT -> true;
          case OPERATOR -> token.text().equals("[") || token.text().equals("{");
          default -> false;
        };
    return operand
        ? new Arguments(List.of(parsePostfix(parsePrimary())), List.of())
        : Arguments.NONE;
  }
}
