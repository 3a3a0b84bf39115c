package dev.sluice.engine.template;

/** A chat template was refused, refused a conversation, or exceeded its budget. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TemplateException(String message) {
    super(message);
  }
}
