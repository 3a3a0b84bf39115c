package dev.sluice.engine.template;

/** A word of a template. */
record Token(Kind kind, String text, int line) {

  enum Kind {
    DATA,
    BLOCK_BEGIN,
    BLOCK_END,
    VARIABLE_BEGIN,
    VARIABLE_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** How an error message quotes it. */
  String quoted() {
    return switch (kind) {
      case BLOCK_BEGIN, BLOCK_END, VARIABLE_BEGIN, VARIABLE_END, OPERATOR, NAME, INTEGER, FLOAT ->
          "'" + text + "'";
      case DATA -> "text";
      case STRING -> "a string";
      case END -> "the end of the template";
    };
  }
}
