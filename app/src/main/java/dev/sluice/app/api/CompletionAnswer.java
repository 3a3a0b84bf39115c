package dev.sluice.app.api;

import dev.sluice.engine.sampling.TokenLogprobs;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.stream.TokenEvent.PromptInfo;
import dev.sluice.spring.text.TextDelta;
import dev.sluice.spring.text.TextDelta.Finish;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Shapes a generation as a text completion, whole or in chunks; one per answer. */
final class CompletionAnswer implements Answer {
  private final AnswerHead head;
  private final Generation generation;
  private final GenerationOptions options;
  private final @Nullable List<String> echoes;
  private final TokenText spelling;
  private final UsageCounter usage;
  private final int[] offsets;

  /**
   * Begins an answer.
   *
   * @param echoes the prompts' texts, to begin the choices with; null if that isn't wanted
   */
  CompletionAnswer(
      AnswerHead head,
      Generation generation,
      GenerationOptions options,
      @Nullable List<String> echoes,
      TokenText spelling) {
    this.head = head;
    this.generation = generation;
    this.options = options;
    this.echoes = echoes;
    this.spelling = spelling;
    usage = new UsageCounter(generation);
    offsets = new int[generation.choices().size()];
  }

  @Override
  public AnswerHead head() {
    return head;
  }

  @Override
  public Generation generation() {
    return generation;
  }

  @Override
  public GenerationOptions options() {
    return options;
  }

  @Override
  public Mono<Completion> whole() {
    return ChoiceText.collect(generation.choices(), usage)
        .map(texts -> Completion.of(head, choices(texts), usage.usage()));
  }

  private List<Completion.Choice> choices(List<ChoiceText> texts) {
    List<Completion.Choice> choices = new ArrayList<>(texts.size());
    for (ChoiceText text : texts) {
      int index = choices.size();
      choices.add(
          choice(index, echo(index) + text.text(), text.tokens(), text.finish(), promptIds(index)));
    }
    return choices;
  }

  /** One chunk per token. */
  @Override
  public Flux<CompletionChunk> chunks(UnaryOperator<Flux<TextDelta>> gate) {
    Flux<CompletionChunk> chunks = gate.apply(generation.merged()).map(this::chunk);
    return options.includeUsage() ? chunks.concatWith(Mono.fromSupplier(this::usageChunk)) : chunks;
  }

  @Override
  public Flux<CompletionChunk> items() {
    return generation.merged().map(this::item);
  }

  private CompletionChunk item(TextDelta delta) {
    CompletionChunk chunk = chunk(delta);
    boolean ends = options.includeUsage() && usage.isLast(delta);
    return ends ? CompletionChunk.of(head, chunk.choices(), usage.usage(), true) : chunk;
  }

  private CompletionChunk chunk(TextDelta delta) {
    usage.add(delta);
    int index = delta.choice();
    boolean first = delta.prompt() != null;
    Completion.Choice choice =
        choice(index, text(delta), delta.tokens(), delta.finish(), first ? promptIds(index) : null);
    Usage running = options.continuousUsage() ? usage.usage() : null;
    boolean last = delta.finish() != null && !options.includeUsage();
    return CompletionChunk.of(head, List.of(choice), running, last);
  }

  @Override
  public void count(TextDelta delta) {
    usage.add(delta);
  }

  @Override
  public String text(TextDelta delta) {
    boolean first = delta.prompt() != null;
    return first ? echo(delta.choice()) + delta.text() : delta.text();
  }

  @Override
  public @Nullable Object logprobs(TextDelta delta) {
    return logprobs(delta.choice(), delta.tokens());
  }

  @Override
  public Usage usage() {
    return usage.usage();
  }

  private CompletionChunk usageChunk() {
    return CompletionChunk.of(head, List.of(), usage.usage(), true);
  }

  private Completion.Choice choice(
      int index,
      String text,
      List<TokenEvent> tokens,
      @Nullable Finish finish,
      int @Nullable [] promptTokenIds) {
    return new Completion.Choice(
        index,
        text,
        logprobs(index, tokens),
        finish == null ? null : finish.reason(),
        finish == null ? null : finish.stopReason(),
        options.returnTokenIds() ? tokens.stream().map(TokenEvent::tokenId).toList() : null,
        promptTokenIds);
  }

  private String echo(int index) {
    return echoes == null ? "" : echoes.get(generation.promptOf(index));
  }

  private int @Nullable [] promptIds(int index) {
    return options.returnTokenIds() ? generation.prompts().get(generation.promptOf(index)) : null;
  }

  private @Nullable CompletionLogprobs logprobs(int index, List<TokenEvent> tokens) {
    if (options.sampling().logprobs().isEmpty()) {
      return null;
    }
    CompletionLogprobs logprobs = CompletionLogprobs.empty();
    for (TokenEvent token : tokens) {
      PromptInfo prompt = token.prompt();
      if (prompt != null && echoes != null) {
        addPrompt(index, prompt, logprobs);
      }
      offsets[index] = logprobs.add(token.tokenId(), token.logprobs(), offsets[index], spelling);
    }
    return logprobs;
  }

  private void addPrompt(int index, PromptInfo prompt, CompletionLogprobs logprobs) {
    int[] ids = generation.prompts().get(generation.promptOf(index));
    List<TokenLogprobs> scores = prompt.logprobs();
    for (int i = 0; i < ids.length; i++) {
      TokenLogprobs score = i == 0 || i > scores.size() ? null : scores.get(i - 1);
      offsets[index] = logprobs.add(ids[i], score, offsets[index], spelling);
    }
  }
}
