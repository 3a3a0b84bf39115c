package dev.sluice.engine.scheduler;

/** Why a sequence finished. */
public enum FinishReason {
  /** The model's own end token. */
  END_TOKEN,
  /** One of the request's stop token ids. */
  STOP_TOKEN,
  /** The token limit, or the context or the KV cache is full. */
  LENGTH
}
