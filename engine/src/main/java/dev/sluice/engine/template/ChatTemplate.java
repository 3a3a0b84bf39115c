package dev.sluice.engine.template;

import dev.sluice.engine.tokenizer.PromptText;
import java.util.List;
import java.util.Map;

/** A model's chat template, parsed and checked; immutable and safe to share between threads. */
@SuppressWarnings("DoNotCallSuggester")
public final class ChatTemplate {

  private ChatTemplate() {}

  /**
   * Parses a template.
   *
   * @param source the Jinja source
   * @param constants variables that the model file defines, such as {@code bos_token}
   * @throws TemplateException if it is malformed or uses what the subset does not have
   */
  public static ChatTemplate compile(String source, Map<String, ?> constants) {
    throw new UnsupportedOperationException(source + constants);
  }

  /**
   * Renders a conversation.
   *
   * @param messages each a map of plain data: {@code role}, {@code content}, …
   * @param variables further variables: {@code add_generation_prompt}, {@code tools}, …
   * @throws TemplateException if the template refuses the conversation or exceeds its budgets
   */
  public PromptText render(List<Map<String, Object>> messages, Map<String, ?> variables) {
    throw new UnsupportedOperationException(messages.toString() + variables);
  }
}
