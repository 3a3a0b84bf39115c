package dev.sluice.engine.template;

import dev.sluice.engine.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Cuts a template into tokens, and applies whitespace control as Jinja does with {@code
 * trim_blocks} and {@code lstrip_blocks}: a line that only holds a block leaves no trace.
 */
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{",
          "}", "<", ">", "=", ".", ":", "|", ",");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;
  private boolean atLineStart = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String source) {
    String lines = source.replace("\r\n", "\n").replace('\r', '\n');
    String withoutLastNewline =
        lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    return new Lexer(withoutLastNewline).run();
  }

  private List<Token> run() {
    while (position < source.length()) {
      int opening = nextOpening(position);
      char kind = opening < source.length() ? source.charAt(opening + 1) : 0;
      char sign = opening + 2 < source.length() ? source.charAt(opening + 2) : 0;
      addData(opening, kind, sign);
      if (kind != 0) {
        move(opening + (sign == '-' || sign == '+' ? 3 : 2));
        lexTag(kind);
      }
    }
    add(Kind.END, "");
    return tokens;
  }

  private int nextOpening(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  private void addData(int end, char kind, char sign) {
    String data = source.substring(position, end);
    int kept = data.length();
    if (kind != 0 && sign == '-') {
      kept = Python.stripEnd(data, 0, kept);
    } else if ((kind == '%' || kind == '#') && sign != '+') {
      kept = withoutIndent(data);
    }
    if (kept > 0) {
      tokens.add(new Token(Kind.DATA, data.substring(0, kept), line));
    }
    move(end);
  }

  /** The length of the data without the blanks between the start of the line and a block. */
  private int withoutIndent(String data) {
    int lineStart = data.lastIndexOf('\n') + 1;
    boolean startsLine = lineStart > 0 || atLineStart;
    return startsLine && Python.stripEnd(data, lineStart, data.length()) == lineStart
        ? lineStart
        : data.length();
  }

  private void lexTag(char kind) {
    switch (kind) {
      case '#' -> skipComment();
      case '%' -> lexBlock();
      default -> {
        add(Kind.VARIABLE_BEGIN, "{{");
        lexExpression("}}", Kind.VARIABLE_END);
      }
    }
  }

  private void skipComment() {
    int end = source.indexOf("#}", position);
    if (end < 0) {
      throw error("a comment is not closed");
    }
    boolean strip = end > position && source.charAt(end - 1) == '-';
    move(end + 2);
    trimAfterTag(strip, true);
  }

  private void lexBlock() {
    int rawEnd = endOfRawTag("raw", position);
    if (rawEnd >= 0) {
      lexRaw(rawEnd);
      return;
    }
    add(Kind.BLOCK_BEGIN, "{%");
    lexExpression("%}", Kind.BLOCK_END);
  }

  /** The end of {@code raw %}} or {@code endraw %}}, or -1 if something else stands there. */
  private int endOfRawTag(String name, int from) {
    int i = Python.skipSpace(source, from);
    if (!source.startsWith(name, i)) {
      return -1;
    }
    i = Python.skipSpace(source, i + name.length());
    if (source.startsWith("-", i)) {
      i++;
    }
    return source.startsWith("%}", i) ? i + 2 : -1;
  }

  private void lexRaw(int start) {
    move(start);
    if (source.charAt(start - 3) == '-') {
      move(Python.skipSpace(source, start));
    }
    for (int open = source.indexOf("{%", position); open >= 0; ) {
      boolean strip = source.startsWith("-", open + 2);
      int end = endOfRawTag("endraw", strip ? open + 3 : open + 2);
      if (end >= 0) {
        int dataEnd = strip ? Python.stripEnd(source, position, open) : open;
        add(Kind.DATA, source.substring(position, dataEnd));
        move(end);
        trimAfterTag(source.charAt(end - 3) == '-', true);
        return;
      }
      open = source.indexOf("{%", open + 2);
    }
    throw error("a raw block is not closed");
  }

  private void lexExpression(String closing, Kind closingKind) {
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      move(Python.skipSpace(source, position));
      if (position >= source.length()) {
        throw error("'" + closing + "' is missing");
      }
      char sign = source.charAt(position);
      boolean signed = sign == '-' || (sign == '+' && closingKind == Kind.BLOCK_END);
      if (open.isEmpty() && source.startsWith(closing, signed ? position + 1 : position)) {
        add(closingKind, closing);
        move(position + closing.length() + (signed ? 1 : 0));
        trimAfterTag(signed && sign == '-', closingKind == Kind.BLOCK_END && !signed);
        return;
      }
      lexWord(open);
    }
  }

  private void trimAfterTag(boolean strip, boolean trimNewline) {
    int end = position;
    if (strip) {
      end = Python.skipSpace(source, position);
    } else if (trimNewline && source.startsWith("\n", position)) {
      end = position + 1;
    }
    atLineStart = end > position && source.charAt(end - 1) == '\n';
    move(end);
  }

  private void lexWord(Deque<Character> open) {
    char c = source.charAt(position);
    if (c == '\'' || c == '"') {
      lexString(c);
    } else if (isDigit(c)) {
      lexNumber();
    } else if (isNameStart(c)) {
      addUpTo(Kind.NAME, endOfName(position));
    } else {
      lexOperator(open);
    }
  }

  private void lexOperator(Deque<Character> open) {
    String operator =
        OPERATORS.stream()
            .filter(candidate -> source.startsWith(candidate, position))
            .findFirst()
            .orElseThrow(() -> error("unexpected character '" + source.charAt(position) + "'"));
    char c = operator.charAt(0);
    if ("([{".indexOf(c) >= 0) {
      open.push(c);
    } else if (")]}".indexOf(c) >= 0
        && (open.isEmpty() || "([{".indexOf(open.pop()) != ")]}".indexOf(c))) {
      throw error("unexpected '" + c + "'");
    }
    addUpTo(Kind.OPERATOR, position + operator.length());
  }

  private void lexString(char quote) {
    int end = position + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw error("a string is not closed");
    }
    String raw = source.substring(position + 1, end);
    add(Kind.STRING, raw.indexOf('\\') < 0 ? raw : unescaped(raw));
    move(end + 1);
  }

  private String unescaped(String raw) {
    StringBuilder text = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); ) {
      char c = raw.charAt(i++);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char escape = raw.charAt(i++);
      int plain = "\n\\'\"abfnrtv".indexOf(escape);
      int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
      if (digits > 0) {
        text.appendCodePoint(hexEscape(raw, i, digits));
        i += digits;
      } else if (plain >= 0) {
        text.append(
            new String[] {"", "\\", "'", "\"", "\u0007", "\b", "\f", "\n", "\r", "\t", "\u000B"}
                [plain]);
      } else if (escape >= '0' && escape <= '7') {
        int end = i;
        while (end < Math.min(i + 2, raw.length())
            && raw.charAt(end) >= '0'
            && raw.charAt(end) <= '7') {
          end++;
        }
        text.append((char) Integer.parseInt(raw, i - 1, end, 8));
        i = end;
      } else {
        text.append('\\').append(escape);
      }
    }
    return text.toString();
  }

  private int hexEscape(String raw, int start, int digits) {
    try {
      int codePoint = Integer.parseInt(raw, start, start + digits, 16);
      return Character.isValidCodePoint(codePoint) ? codePoint : badEscape();
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      return badEscape();
    }
  }

  private int badEscape() {
    throw error("a string has a malformed escape");
  }

  private void lexNumber() {
    int end = endOfDigits(position);
    boolean fraction =
        source.startsWith(".", end) && end + 1 < source.length() && isDigit(source.charAt(end + 1));
    if (fraction) {
      end = endOfDigits(end + 1);
    }
    int exponent = endOfExponent(end);
    boolean isFloat = fraction || exponent > end;
    String digits = source.substring(position, exponent).replace("_", "");
    add(isFloat ? Kind.FLOAT : Kind.INTEGER, digits);
    move(exponent);
  }

  private int endOfExponent(int end) {
    if (end >= source.length() || Character.toLowerCase(source.charAt(end)) != 'e') {
      return end;
    }
    boolean signed = end + 1 < source.length() && "+-".indexOf(source.charAt(end + 1)) >= 0;
    int digits = signed ? end + 2 : end + 1;
    int digitsEnd = endOfDigits(digits);
    return digitsEnd > digits ? digitsEnd : end;
  }

  private int endOfDigits(int i) {
    while (i < source.length() && (isDigit(source.charAt(i)) || source.charAt(i) == '_')) {
      i++;
    }
    return i;
  }

  private int endOfName(int i) {
    while (i < source.length() && (isNameStart(source.charAt(i)) || isDigit(source.charAt(i)))) {
      i++;
    }
    return i;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNameStart(char c) {
    return c == '_' || Character.isLetter(c);
  }

  private void addUpTo(Kind kind, int end) {
    add(kind, source.substring(position, end));
    move(end);
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, line));
  }

  private void move(int end) {
    for (int i = position; i < end; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
    position = end;
  }

  private TemplateException error(String problem) {
    return new TemplateException("chat template, line " + line + ": " + problem);
  }
}
