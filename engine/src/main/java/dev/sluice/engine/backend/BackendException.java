package dev.sluice.engine.backend;

/** A fault of a backend: the step it belongs to produced nothing that can be used. */
public final class BackendException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BackendException(String message, Throwable cause) {
    super(message, cause);
  }

  public BackendException(String message) {
    super(message);
  }
}
