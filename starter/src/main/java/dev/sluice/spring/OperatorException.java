package dev.sluice.spring;

/**
 * Something that the person who runs Sluice can put right; the message says what, the value, the
 * limit and the remedy, so it is shown without a stack trace.
 */
public final class OperatorException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public OperatorException(String message) {
    super(message);
  }

  public OperatorException(String message, Throwable cause) {
    super(message, cause);
  }
}
