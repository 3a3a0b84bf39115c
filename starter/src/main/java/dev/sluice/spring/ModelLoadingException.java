package dev.sluice.spring;

/** Thrown to who asks for the model before it is loaded, or after its loading failed. */
public final class ModelLoadingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ModelLoadingException(String message) {
    super(message, null, false, false); // expected and cheap: no stack trace
  }
}
