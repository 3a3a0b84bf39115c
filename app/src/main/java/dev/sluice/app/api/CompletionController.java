package dev.sluice.app.api;

import dev.sluice.app.lifecycle.ServedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** {@code POST /v1/completions}. */
@RestController
final class CompletionController {
  /** OpenAI's. */
  private static final int DEFAULT_MAX_TOKENS = 16;

  private final JsonRequests requests;
  private final Answers answers;

  CompletionController(JsonRequests requests, Answers answers) {
    this.requests = requests;
    this.answers = answers;
  }

  @PostMapping("/v1/completions")
  Mono<ResponseEntity<?>> complete(ServerHttpRequest request) {
    return requests.generate(request, this::answer).flatMap(answer -> answer);
  }

  private Mono<ResponseEntity<?>> answer(ServedModel model, Fields fields) {
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
        answers.generation(model, head.id(), prompts, maxTokens, options, request.promptLogprobs());
    CompletionAnswer answer =
        new CompletionAnswer(
            head,
            generation,
            options,
            echoes(request, encoder),
            new TokenText(model.tokenizer(), options.tokensAsIds()));
    return options.stream() ? answers.stream(answer.chunks()) : answers.whole(answer.whole());
  }

  private static @Nullable List<String> echoes(CompletionRequest request, PromptEncoder encoder) {
    boolean skipControl = request.options().text().skipControl();
    return request.echo()
        ? request.prompts().stream().map(prompt -> encoder.echo(prompt, skipControl)).toList()
        : null;
  }
}
