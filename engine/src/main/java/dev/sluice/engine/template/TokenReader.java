package dev.sluice.engine.template;

import dev.sluice.engine.template.Token.Kind;
import java.util.List;

/** A position in a list of tokens, and how deeply what is being parsed there is nested. */
final class TokenReader {
  private final List<Token> tokens;
  private int position;
  private int depth;

  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(position);
  }

  Token peekNext() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  Token next() {
    Token token = peek();
    position = Math.min(position + 1, tokens.size() - 1);
    return token;
  }

  boolean skipOperator(String operator) {
    return skipIf(peek().isOperator(operator));
  }

  boolean skipName(String name) {
    return skipIf(peek().isName(name));
  }

  private boolean skipIf(boolean condition) {
    if (condition) {
      next();
    }
    return condition;
  }

  Token expect(Kind kind) {
    if (peek().kind() != kind) {
      throw error("unexpected " + peek().quoted());
    }
    return next();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw error("'" + operator + "' is needed instead of " + peek().quoted());
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw error("'" + name + "' is needed instead of " + peek().quoted());
    }
  }

  /** Counts one more level of nesting, each of which costs the parser stack. */
  void enter() {
    if (++depth > Budget.MAX_DEPTH) {
      throw error("nested more than " + Budget.MAX_DEPTH + " deep");
    }
  }

  void leave() {
    depth--;
  }

  TemplateException error(String problem) {
    return errorAt(peek(), problem);
  }

  TemplateException errorAt(Token token, String problem) {
    return new TemplateException("chat template, line " + token.line() + ": " + problem);
  }
}
