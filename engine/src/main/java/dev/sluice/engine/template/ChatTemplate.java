package dev.sluice.engine.template;

import dev.sluice.engine.tokenizer.PromptText;
import java.time.Clock;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model's chat template, parsed and checked; immutable and safe to share between threads.
 *
 * <p>The language is the part of Jinja that published chat templates use, with {@code trim_blocks}
 * and {@code lstrip_blocks} as Hugging Face sets them. Templates are untrusted: they see copies of
 * plain data, can call only what is listed in this package, and each rendering has a budget of
 * steps, nesting and text.
 */
public final class ChatTemplate {
  private final List<Statement> body;
  private final Map<String, ?> constants;
  private final Clock clock;

  private ChatTemplate(List<Statement> body, Map<String, ?> constants, Clock clock) {
    this.body = body;
    this.constants = constants;
    this.clock = clock;
  }

  /**
   * Parses a template.
   *
   * @param source the Jinja source
   * @param constants variables that the model file defines, such as {@code bos_token}
   * @throws TemplateException if it is malformed or uses what the subset does not have
   */
  public static ChatTemplate compile(String source, Map<String, ?> constants) {
    return compile(source, constants, Clock.system(ZoneId.systemDefault()));
  }

  /**
   * Parses a template that may ask what day it is.
   *
   * @param clock what {@code strftime_now} reads
   * @see #compile(String, Map)
   */
  public static ChatTemplate compile(String source, Map<String, ?> constants, Clock clock) {
    if (source.length() > Budget.MAX_SOURCE_CHARS) {
      throw new TemplateException(
          "the chat template has %d characters; allowed are %d"
              .formatted(source.length(), Budget.MAX_SOURCE_CHARS));
    }
    Values.of(constants, true);
    return new ChatTemplate(Parser.parse(source), new HashMap<>(constants), clock);
  }

  /**
   * Renders a conversation. What the template and the constants say is trusted; what comes from
   * messages and variables is not, except that a message's role may be one of the usual six.
   *
   * @param messages each a map of plain data: {@code role}, {@code content}, …
   * @param variables further variables: {@code add_generation_prompt}, {@code tools}, …; a constant
   *     of the same name prevails
   * @throws TemplateException if the template refuses the conversation or exceeds its budgets
   */
  public PromptText render(List<Map<String, Object>> messages, Map<String, ?> variables) {
    Budget budget = new Budget();
    Scope globals = new Scope(null);
    new Functions(budget, clock).defineIn(globals);
    variables.forEach((name, value) -> globals.set(name, Values.of(value, false)));
    constants.forEach((name, value) -> globals.set(name, Values.of(value, true)));
    globals.set("messages", Values.ofMessages(messages));
    TextBuilder out = new TextBuilder(budget);
    new Interpreter(budget).run(body, new Scope(globals), out);
    Text text = out.build();
    return new PromptText(text.chars(), text.trustedChars());
  }
}
