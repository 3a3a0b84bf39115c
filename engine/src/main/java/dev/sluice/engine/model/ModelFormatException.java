package dev.sluice.engine.model;

/** A model file was refused; the message names the field, its value, the limit and the remedy. */
public final class ModelFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int MAX_QUOTED_CHARS = 120;

  public ModelFormatException(String message) {
    super(message);
  }

  public ModelFormatException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Text from a file as a message may show it: printable, in quotes, and cut if it is long. */
  public static String quote(String fromFile) {
    return "'" + printable(fromFile, MAX_QUOTED_CHARS) + "'";
  }

  /**
   * Text without what would forge log lines or steer a terminal: control and formatting characters
   * become {@code \}{@code uXXXX}, and what exceeds {@code maxChars} characters is cut.
   */
  static String printable(String text, int maxChars) {
    StringBuilder out = new StringBuilder();
    text.codePoints().limit(maxChars).forEach(c -> appendPrintable(out, c));
    return text.length() > maxChars ? out + "…" : out.toString();
  }

  private static void appendPrintable(StringBuilder out, int codePoint) {
    switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          out.append("\\u%04X".formatted(codePoint));
      default -> out.appendCodePoint(codePoint);
    }
  }
}
