package dev.sluice.app.api;

import dev.sluice.spring.ServedModel;
import java.util.List;
import java.util.OptionalInt;
import org.springframework.stereotype.Component;

/** Answers chat completion requests, whatever wire they came by. */
@Component
final class ChatRoute implements Answer.Route {
  private final Answers answers;

  ChatRoute(Answers answers) {
    this.answers = answers;
  }

  @Override
  public ChatAnswer answer(ServedModel model, Fields fields, String tenant) {
    ChatRequest request = ChatRequest.read(fields, model.tokenizer().vocabularySize());
    GenerationOptions options = request.options();
    PromptEncoder encoder = new PromptEncoder(model);
    int[] prompt = encoder.chat(request);
    int maxTokens = encoder.maxTokens(prompt, options.maxTokens(), Integer.MAX_VALUE);
    AnswerHead head = AnswerHead.create("chatcmpl-", model.name());
    Generation generation =
        answers.generation(
            model,
            head.id(),
            List.of(prompt),
            new int[] {maxTokens},
            options,
            tenant,
            OptionalInt.empty());
    TokenText spelling = new TokenText(model.tokenizer(), options.tokensAsIds());
    return new ChatAnswer(head, generation, options, spelling);
  }
}
