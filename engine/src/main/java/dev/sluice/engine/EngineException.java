package dev.sluice.engine;

import java.time.Duration;

/** How the engine refuses or ends a request; each kind maps to one answer at every edge. */
public final class EngineException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong. */
  public enum Kind {
    /** The waiting queue is full; try again after {@link #retryAfter()}. */
    QUEUE_FULL,
    /** It waited longer than the queue timeout. */
    QUEUE_TIMEOUT,
    /** The prompt can never fit into the context or the KV cache. */
    CONTEXT_LENGTH_EXCEEDED,
    /** Its reader asked for nothing for longer than the stall timeout, or its policy allows. */
    STALLED,
    /** Its first or last token came later than the request allows. */
    DEADLINE_EXCEEDED,
    /** It was ended by an operator. */
    ABORTED,
    /** The model's logits held NaN or infinity. */
    NAN_LOGITS,
    /** The backend failed in a step that this request was part of. */
    BACKEND_FAULT,
    /** The engine is shutting down. */
    SHUTTING_DOWN
  }

  private final Kind kind;
  private final Duration retryAfter;

  public EngineException(Kind kind, String message, Duration retryAfter) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  public EngineException(Kind kind, String message) {
    this(kind, message, Duration.ZERO);
  }

  public Kind kind() {
    return kind;
  }

  /** When to try again; zero if that would not help. */
  public Duration retryAfter() {
    return retryAfter;
  }
}
