package dev.sluice.app.api;

import dev.sluice.app.api.CompletionRequest.Prompt;
import dev.sluice.engine.template.TemplateException;
import dev.sluice.engine.tokenizer.PromptText;
import dev.sluice.engine.tokenizer.Tokenizer;
import dev.sluice.spring.ServedModel;
import dev.sluice.spring.ServedModel.ChatRenderer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;

/** Turns prompts into token ids and sees to it that they fit. */
final class PromptEncoder {
  private final ServedModel model;

  PromptEncoder(ServedModel model) {
    this.model = model;
  }

  int[] chat(ChatRequest request) {
    ChatRenderer template = model.template();
    if (template == null) {
      throw ApiException.invalid("messages", "the model has no chat template; use /v1/completions");
    }
    try {
      PromptText prompt = template.render(request.messages(), request.templateVariables());
      return encode(request.continueFinalMessage() ? openEnded(prompt, request) : prompt);
    } catch (TemplateException e) {
      throw ApiException.invalid(
          "messages", "the chat template refused the conversation: " + e.getMessage());
    }
  }

  /** Cuts off what the template wrote after the last message's content. */
  private static PromptText openEnded(PromptText prompt, ChatRequest request) {
    String content = String.valueOf(request.messages().getLast().get("content")).strip();
    int start = prompt.text().lastIndexOf(content);
    if (content.isEmpty() || start < 0) {
      throw ApiException.invalid(
          "continue_final_message",
          "the chat template changes the last message, so it can't be continued");
    }
    int end = start + content.length();
    BitSet trusted = prompt.trusted().get(0, end);
    return new PromptText(prompt.text().substring(0, end), trusted);
  }

  int[] completion(Prompt prompt, boolean addSpecialTokens) {
    return switch (prompt) {
      case Prompt.Tokens(int[] ids) -> ids;
      case Prompt.Text(String text) -> text(text, addSpecialTokens);
    };
  }

  /** A raw prompt is the caller's own template, so its special tokens count. */
  int[] text(String text, boolean addSpecialTokens) {
    int[] ids = encode(PromptText.trusted(text));
    Tokenizer tokenizer = model.tokenizer();
    OptionalInt bos = tokenizer.bosId();
    if (!addSpecialTokens || !tokenizer.addBos() || bos.isEmpty()) {
      return ids;
    }
    int[] withBos = new int[ids.length + 1];
    withBos[0] = bos.getAsInt();
    System.arraycopy(ids, 0, withBos, 1, ids.length);
    return withBos;
  }

  private int[] encode(PromptText prompt) {
    long leastTokens = prompt.text().length() / model.longestTokenBytes();
    if (leastTokens >= model.engine().maxContext()) {
      throw ApiException.contextLengthExceeded(
          "prompt",
          "the prompt has at least "
              + leastTokens
              + " tokens, but the context holds "
              + model.engine().maxContext()
              + "; shorten the prompt");
    }
    return model.tokenizer().encode(prompt);
  }

  /** The most tokens to generate after a prompt: as asked for, or as many as fit. */
  int maxTokens(int[] prompt, OptionalInt asked, int otherwise) {
    int context = model.engine().maxContext();
    int room = context - prompt.length;
    if (room < 1) {
      throw ApiException.contextLengthExceeded(
          "prompt",
          "the prompt has "
              + prompt.length
              + " tokens, but at most "
              + (context - 1)
              + " fit into the context of "
              + context
              + "; shorten the prompt");
    }
    if (asked.orElse(0) > room) {
      throw ApiException.contextLengthExceeded(
          "max_tokens",
          "max_tokens "
              + asked.getAsInt()
              + " exceeds the context left ("
              + context
              + " − "
              + prompt.length
              + " prompt tokens); lower max_tokens or shorten the prompt");
    }
    return asked.orElse(Math.min(otherwise, room));
  }

  /** The text of a prompt, as {@code echo} repeats it. */
  String echo(Prompt prompt, boolean skipControl) {
    return switch (prompt) {
      case Prompt.Text(String text) -> text;
      case Prompt.Tokens(int[] ids) ->
          model.tokenizer().decode(Arrays.copyOf(ids, ids.length), skipControl);
    };
  }
}
