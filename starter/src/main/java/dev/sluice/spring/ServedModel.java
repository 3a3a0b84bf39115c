package dev.sluice.spring;

import dev.sluice.engine.Engine;
import dev.sluice.engine.tokenizer.PromptText;
import dev.sluice.engine.tokenizer.Tokenizer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The model that answers: its engine and how it reads and writes text.
 *
 * @param name by which clients ask for it
 * @param engine that runs it
 * @param tokenizer its own
 * @param template its own chat template; null if it has none
 * @param longestTokenBytes bytes of the longest token: no text has fewer tokens than this allows
 */
public record ServedModel(
    String name,
    Engine engine,
    Tokenizer tokenizer,
    @Nullable ChatRenderer template,
    int longestTokenBytes) {

  /** A model whose longest token is looked up. */
  public static ServedModel of(
      String name, Engine engine, Tokenizer tokenizer, @Nullable ChatRenderer template) {
    int longest = 1;
    for (int id = 0; id < tokenizer.vocabularySize(); id++) {
      longest = Math.max(longest, tokenizer.bytes(id).length);
    }
    return new ServedModel(name, engine, tokenizer, template, longest);
  }

  /** Renders a conversation as the prompt that the model was trained on. */
  @FunctionalInterface
  public interface ChatRenderer {
    PromptText render(List<Map<String, Object>> messages, Map<String, ?> variables);
  }
}
