package dev.sluice.app.api;

import dev.sluice.engine.stream.TokenEvent.PromptInfo;
import dev.sluice.spring.text.TextDelta;

/** Counts an answer's tokens as they pass; one per answer, one thread at a time. */
final class UsageCounter {
  private final Generation generation;
  private int cachedTokens;
  private int completionTokens;
  private int ended;

  UsageCounter(Generation generation) {
    this.generation = generation;
  }

  void add(TextDelta delta) {
    completionTokens += delta.tokens().size();
    ended += delta.finish() == null ? 0 : 1;
    PromptInfo prompt = delta.prompt();
    if (prompt != null && generation.isFirstOfPrompt(delta.choice())) {
      cachedTokens += prompt.cachedTokens(); // the other choices share the first one's blocks
    }
  }

  /** Whether no token comes after this one, which was the last to be added. */
  boolean isLast(TextDelta delta) {
    return delta.finish() != null && ended == generation.choices().size();
  }

  Usage usage() {
    return Usage.of(generation.promptTokens(), cachedTokens, completionTokens);
  }
}
