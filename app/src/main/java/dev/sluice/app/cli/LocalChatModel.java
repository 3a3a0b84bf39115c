package dev.sluice.app.cli;

import dev.sluice.engine.GenerationRequest;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.template.ChatTemplate;
import dev.sluice.engine.tokenizer.IncrementalDetokenizer;
import dev.sluice.spring.ModelRuntime;
import dev.sluice.spring.OperatorException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;

/** A model in this process. */
final class LocalChatModel implements ChatModel {
  private static final float TOP_P = 0.95f;

  private final ModelRuntime runtime;
  private final ChatTemplate template;
  private final int maxTokens;
  private final AtomicLong requests = new AtomicLong();

  LocalChatModel(ModelRuntime runtime, int maxTokens) {
    this.runtime = runtime;
    this.maxTokens = maxTokens;
    ChatTemplate own = runtime.model().chatTemplate();
    if (own == null) {
      throw new OperatorException(
          runtime.name() + " has no chat template, so it can't chat; use an instruct model");
    }
    this.template = own;
  }

  @Override
  public String name() {
    return runtime.name();
  }

  @Override
  public Flux<Piece> answer(List<ChatMessage> conversation, double temperature) {
    return Flux.defer(() -> generate(promptIds(conversation), temperature));
  }

  private int[] promptIds(List<ChatMessage> conversation) {
    List<Map<String, Object>> messages =
        conversation.stream()
            .map(m -> Map.<String, Object>of("role", m.role(), "content", m.content()))
            .toList();
    return runtime
        .model()
        .tokenizer()
        .encode(template.render(messages, Map.of("add_generation_prompt", true)));
  }

  private Flux<Piece> generate(int[] prompt, double temperature) {
    int left = Math.max(1, runtime.engine().maxContext() - prompt.length);
    GenerationRequest request =
        new GenerationRequest(
            "chat-" + requests.incrementAndGet(),
            prompt,
            sampling(temperature, Math.min(maxTokens, left)),
            OptionalInt.empty());
    IncrementalDetokenizer detokenizer =
        new IncrementalDetokenizer(runtime.model().tokenizer(), true);
    return runtime
        .engine()
        .open(request)
        .map(event -> piece(event, detokenizer))
        .concatWith(Flux.defer(() -> Flux.just(new Piece(detokenizer.flush(), 0))));
  }

  private static Piece piece(TokenEvent event, IncrementalDetokenizer detokenizer) {
    return new Piece(detokenizer.append(event.tokenId()), 1);
  }

  private static SamplingParams sampling(double temperature, int maxTokens) {
    SamplingParams greedy = SamplingParams.greedy(maxTokens);
    return new SamplingParams(
        (float) temperature,
        greedy.topK(),
        TOP_P,
        greedy.minP(),
        greedy.repetitionPenalty(),
        greedy.presencePenalty(),
        greedy.frequencyPenalty(),
        greedy.logitBiasIds(),
        greedy.logitBiasValues(),
        ThreadLocalRandom.current().nextLong(),
        greedy.choice(),
        maxTokens,
        greedy.minTokens(),
        greedy.stopTokenIds(),
        false,
        greedy.logprobs());
  }

  @Override
  public void close() {
    runtime.close();
  }
}
