package dev.sluice.app.api;

import dev.sluice.app.lifecycle.ServedModel;
import java.util.List;
import java.util.OptionalInt;
import org.springframework.http.ResponseEntity;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;

/** {@code POST /v1/chat/completions}. */
@RestController
final class ChatController {
  private final JsonRequests requests;
  private final Answers answers;

  ChatController(JsonRequests requests, Answers answers) {
    this.requests = requests;
    this.answers = answers;
  }

  @PostMapping("/v1/chat/completions")
  Mono<ResponseEntity<?>> complete(ServerHttpRequest request) {
    return requests.generate(request, this::answer).flatMap(answer -> answer);
  }

  private Mono<ResponseEntity<?>> answer(ServedModel model, Fields fields) {
    ChatRequest request = ChatRequest.read(fields, model.tokenizer().vocabularySize());
    GenerationOptions options = request.options();
    PromptEncoder encoder = new PromptEncoder(model);
    int[] prompt = encoder.chat(request);
    int maxTokens = encoder.maxTokens(prompt, options.maxTokens(), Integer.MAX_VALUE);
    AnswerHead head = AnswerHead.create("chatcmpl-", model.name());
    Generation generation =
        answers.generation(
            model, head.id(), List.of(prompt), new int[] {maxTokens}, options, OptionalInt.empty());
    TokenText spelling = new TokenText(model.tokenizer(), options.tokensAsIds());
    ChatAnswer answer = new ChatAnswer(head, generation, options, spelling);
    return options.stream() ? answers.stream(answer.chunks()) : answers.whole(answer.whole());
  }
}
