package dev.sluice.app.api;

import dev.sluice.app.stream.TextDelta;
import dev.sluice.engine.stream.TokenEvent.PromptInfo;

/** Counts an answer's tokens as they pass; one per answer, one thread at a time. */
final class UsageCounter {
  private final Generation generation;
  private int cachedTokens;
  private int completionTokens;

  UsageCounter(Generation generation) {
    this.generation = generation;
  }

  void add(TextDelta delta) {
    completionTokens += delta.tokens().size();
    PromptInfo prompt = delta.prompt();
    if (prompt != null && generation.isFirstOfPrompt(delta.choice())) {
      cachedTokens += prompt.cachedTokens(); // the other choices share the first one's blocks
    }
  }

  Usage usage() {
    return Usage.of(generation.promptTokens(), cachedTokens, completionTokens);
  }
}
