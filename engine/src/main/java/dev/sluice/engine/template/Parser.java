package dev.sluice.engine.template;

import dev.sluice.engine.template.Statement.Branch;
import dev.sluice.engine.template.Statement.Parameter;
import dev.sluice.engine.template.Statement.Target;
import dev.sluice.engine.template.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses statements, and refuses tags that the subset does not have. */
final class Parser {
  private final TokenReader tokens;
  private final ExpressionParser expressions;
  private int loopDepth;

  private Parser(TokenReader tokens) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
  }

  static List<Statement> parse(String source) {
    TokenReader tokens = new TokenReader(Lexer.tokens(source));
    Parser parser = new Parser(tokens);
    List<Statement> body = parser.parseBody(Set.of());
    parser.expressions.requireCalledNamesToExist();
    return body;
  }

  /** Parses up to a block that begins with one of {@code endings}, and stops after that name. */
  private List<Statement> parseBody(Set<String> endings) {
    tokens.enter();
    List<Statement> body = new ArrayList<>();
    while (!atEnd(endings)) {
      parseStatement(body);
    }
    tokens.leave();
    return List.copyOf(body);
  }

  private boolean atEnd(Set<String> endings) {
    if (tokens.peek().kind() == Kind.END) {
      if (!endings.isEmpty()) {
        throw tokens.error("the template ends where one of " + sorted(endings) + " is needed");
      }
      return true;
    }
    return tokens.peek().kind() == Kind.BLOCK_BEGIN && endings.contains(tokens.peekNext().text());
  }

  private static List<String> sorted(Set<String> names) {
    return names.stream().sorted().toList();
  }

  private void parseStatement(List<Statement> body) {
    Token token = tokens.next();
    switch (token.kind()) {
      case DATA -> body.add(new Statement.Data(token.line(), Text.trusted(token.text())));
      case VARIABLE_BEGIN -> {
        body.add(new Statement.Output(token.line(), expressions.parseTuple()));
        tokens.expect(Kind.VARIABLE_END);
      }
      case BLOCK_BEGIN -> parseBlock(body);
      default -> throw tokens.error("unexpected " + token.quoted());
    }
  }

  private void parseBlock(List<Statement> body) {
    Token name = tokens.next();
    switch (name.text()) {
      case "if" -> body.add(parseIf(name.line()));
      case "for" -> body.add(parseFor(name.line()));
      case "set" -> body.add(parseSet(name.line()));
      case "macro" -> body.add(parseMacro(name.line()));
      case "break" -> body.add(parseJump(new Statement.Break(name.line())));
      case "continue" -> body.add(parseJump(new Statement.Continue(name.line())));
      // They mark what a training run learns from; rendering is not concerned.
      case "generation" -> {
        tokens.expect(Kind.BLOCK_END);
        body.addAll(parseBody(Set.of("endgeneration")));
        closeBlock();
      }
      default -> throw tokens.errorAt(name, "unknown tag '" + name.text() + "'");
    }
  }

  private Statement parseIf(int line) {
    List<Branch> branches = new ArrayList<>();
    List<Statement> otherwise = List.of();
    String keyword = "if";
    while (!keyword.equals("endif")) {
      if (keyword.equals("else")) {
        tokens.expect(Kind.BLOCK_END);
        otherwise = parseBody(Set.of("endif"));
      } else {
        Expression condition = expressions.parseTuple();
        tokens.expect(Kind.BLOCK_END);
        branches.add(new Branch(condition, parseBody(Set.of("elif", "else", "endif"))));
      }
      keyword = openBlock();
    }
    tokens.expect(Kind.BLOCK_END);
    return new Statement.If(line, List.copyOf(branches), otherwise);
  }

  private Statement parseFor(int line) {
    Target target = parseTarget();
    tokens.expectName("in");
    Expression items = expressions.parseTupleWithoutCondition();
    Expression condition = tokens.skipName("if") ? expressions.parse() : null;
    if (tokens.peek().isName("recursive")) {
      throw tokens.error("recursive loops are not supported");
    }
    tokens.expect(Kind.BLOCK_END);
    loopDepth++;
    List<Statement> body = parseBody(Set.of("else", "endfor"));
    loopDepth--;
    List<Statement> otherwise = List.of();
    if (openBlock().equals("else")) {
      tokens.expect(Kind.BLOCK_END);
      otherwise = parseBody(Set.of("endfor"));
      openBlock();
    }
    tokens.expect(Kind.BLOCK_END);
    return new Statement.For(line, target, items, condition, body, otherwise);
  }

  private Statement parseSet(int line) {
    Target target = parseTarget();
    if (tokens.skipOperator("=")) {
      Expression value = expressions.parseTuple();
      tokens.expect(Kind.BLOCK_END);
      return new Statement.Set(line, target, value);
    }
    List<Expression.Filter> filters = expressions.parseFilters();
    tokens.expect(Kind.BLOCK_END);
    List<Statement> body = parseBody(Set.of("endset"));
    closeBlock();
    return new Statement.SetBlock(line, target, filters, body);
  }

  private Target parseTarget() {
    List<Target> parts = new ArrayList<>();
    boolean tuple = false;
    do {
      parts.add(parseTargetPart());
      tuple |= tokens.peek().isOperator(",");
    } while (tokens.skipOperator(",") && !tokens.peek().isName("in"));
    return tuple ? new Target.Unpacked(List.copyOf(parts)) : parts.getFirst();
  }

  private Target parseTargetPart() {
    if (tokens.skipOperator("(")) {
      tokens.enter();
      Target inner = parseTarget();
      tokens.leave();
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.expect(Kind.NAME).text();
    if (tokens.skipOperator(".")) {
      return new Target.Member(name, tokens.expect(Kind.NAME).text());
    }
    expressions.define(name);
    return new Target.Variable(name);
  }

  private Statement parseMacro(int line) {
    String name = tokens.expect(Kind.NAME).text();
    expressions.define(name);
    tokens.expectOperator("(");
    List<Parameter> parameters = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      parameters.add(parseParameter());
      if (!tokens.peek().isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    tokens.expect(Kind.BLOCK_END);
    int outerLoops = loopDepth;
    loopDepth = 0;
    List<Statement> body = parseBody(Set.of("endmacro"));
    loopDepth = outerLoops;
    closeBlock();
    return new Statement.Macro(line, name, List.copyOf(parameters), body);
  }

  private Parameter parseParameter() {
    String name = tokens.expect(Kind.NAME).text();
    expressions.define(name);
    @Nullable Expression value = tokens.skipOperator("=") ? expressions.parse() : null;
    return new Parameter(name, value);
  }

  private Statement parseJump(Statement jump) {
    if (loopDepth == 0) {
      throw tokens.error("break or continue outside a loop");
    }
    tokens.expect(Kind.BLOCK_END);
    return jump;
  }

  private String openBlock() {
    tokens.expect(Kind.BLOCK_BEGIN);
    return tokens.next().text();
  }

  private void closeBlock() {
    String name = openBlock();
    // Jinja allows the macro's or block's name to be repeated here.
    if (name.equals("endmacro") && tokens.peek().kind() == Kind.NAME) {
      tokens.next();
    }
    tokens.expect(Kind.BLOCK_END);
  }
}
