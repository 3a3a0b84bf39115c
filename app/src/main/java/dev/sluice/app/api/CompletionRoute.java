package dev.sluice.app.api;

import dev.sluice.spring.ServedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Answers text completion requests, whatever wire they came by. */
@Component
final class CompletionRoute implements Answer.Route {
  /** OpenAI's. */
  private static final int DEFAULT_MAX_TOKENS = 16;

  private final Answers answers;

  CompletionRoute(Answers answers) {
    this.answers = answers;
  }

  @Override
  public CompletionAnswer answer(ServedModel model, Fields fields, String tenant) {
    CompletionRequest request = CompletionRequest.read(fields, model.tokenizer().vocabularySize());
    GenerationOptions options = request.options();
    PromptEncoder encoder = new PromptEncoder(model);
    List<int[]> prompts =
        request.prompts().stream()
            .map(prompt -> encoder.completion(prompt, request.addSpecialTokens()))
            .toList();
    int[] maxTokens =
        prompts.stream()
            .mapToInt(ids -> encoder.maxTokens(ids, options.maxTokens(), DEFAULT_MAX_TOKENS))
            .toArray();
    AnswerHead head = AnswerHead.create("cmpl-", model.name());
    Generation generation =
        answers.generation(
            model, head.id(), prompts, maxTokens, options, tenant, request.promptLogprobs());
    return new CompletionAnswer(
        head,
        generation,
        options,
        echoes(request, encoder),
        new TokenText(model.tokenizer(), options.tokensAsIds()));
  }

  private static @Nullable List<String> echoes(CompletionRequest request, PromptEncoder encoder) {
    boolean skipControl = request.options().text().skipControl();
    return request.echo()
        ? request.prompts().stream().map(prompt -> encoder.echo(prompt, skipControl)).toList()
        : null;
  }
}
