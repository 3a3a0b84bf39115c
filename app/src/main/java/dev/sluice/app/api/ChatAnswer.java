package dev.sluice.app.api;

import dev.sluice.spring.text.TextDelta;
import dev.sluice.spring.text.TextDelta.Finish;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Shapes a generation as a chat completion, whole or in chunks; one per answer. */
final class ChatAnswer implements Answer {
  private final AnswerHead head;
  private final Generation generation;
  private final GenerationOptions options;
  private final TokenText spelling;
  private final UsageCounter usage;
  private final BitSet begun = new BitSet();

  ChatAnswer(
      AnswerHead head, Generation generation, GenerationOptions options, TokenText spelling) {
    this.head = head;
    this.generation = generation;
    this.options = options;
    this.spelling = spelling;
    usage = new UsageCounter(generation);
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
  public Mono<ChatCompletion> whole() {
    return ChoiceText.collect(generation.choices(), usage)
        .map(texts ->
            ChatCompletion.of(
                head, choices(texts), usage.usage(), returned(generation.prompts().getFirst())));
  }

  private List<ChatCompletion.Choice> choices(List<ChoiceText> texts) {
    List<ChatCompletion.Choice> choices = new ArrayList<>(texts.size());
    for (ChoiceText text : texts) {
      choices.add(
          new ChatCompletion.Choice(
              choices.size(),
              ChatCompletion.Message.assistant(text.text()),
              ChatLogprobs.of(text.tokens(), spelling),
              text.finish().reason(),
              text.finish().stopReason(),
              options.returnTokenIds() ? text.tokenIds() : null));
    }
    return choices;
  }

  private int @Nullable [] returned(int[] promptTokenIds) {
    return options.returnTokenIds() ? promptTokenIds : null;
  }

  /** One chunk per token, the role before the first. */
  @Override
  public Flux<ChatChunk> chunks(UnaryOperator<Flux<TextDelta>> gate) {
    Flux<ChatChunk> chunks = gate.apply(generation.merged()).concatMapDelayError(this::chunksOf, 1);
    return options.includeUsage() ? chunks.concatWith(Mono.fromSupplier(this::usageChunk)) : chunks;
  }

  @Override
  public Flux<ChatChunk> items() {
    return generation.merged().map(this::item);
  }

  private ChatChunk item(TextDelta delta) {
    boolean first = !begun.get(delta.choice());
    begun.set(delta.choice());
    usage.add(delta);
    Usage shown = options.includeUsage() && usage.isLast(delta) ? usage.usage() : runningUsage();
    return chunk(
        delta,
        new ChatChunk.Delta(first ? "assistant" : null, delta.text()),
        shown,
        delta.finish() != null,
        first ? returned(generation.prompts().getFirst()) : null);
  }

  private Flux<ChatChunk> chunksOf(TextDelta delta) {
    boolean first = !begun.get(delta.choice());
    begun.set(delta.choice());
    ChatChunk role = first ? role(delta.choice()) : null;
    usage.add(delta);
    ChatChunk chunk = chunk(delta);
    return role == null ? Flux.just(chunk) : Flux.just(role, chunk);
  }

  private ChatChunk role(int choice) {
    ChatChunk.Delta role = new ChatChunk.Delta("assistant", "");
    return ChatChunk.of(
        head,
        List.of(new ChatChunk.Choice(choice, role, null, null, null, null)),
        runningUsage(),
        false,
        returned(generation.prompts().getFirst()));
  }

  private ChatChunk chunk(TextDelta delta) {
    boolean last = delta.finish() != null && !options.includeUsage();
    return chunk(delta, new ChatChunk.Delta(null, delta.text()), runningUsage(), last, null);
  }

  private ChatChunk chunk(
      TextDelta delta,
      ChatChunk.Delta text,
      @Nullable Usage shown,
      boolean last,
      int @Nullable [] promptTokenIds) {
    Finish finish = delta.finish();
    ChatChunk.Choice choice =
        new ChatChunk.Choice(
            delta.choice(),
            text,
            ChatLogprobs.of(delta.tokens(), spelling),
            finish == null ? null : finish.reason(),
            finish == null ? null : finish.stopReason(),
            options.returnTokenIds() ? delta.tokenIds() : null);
    return ChatChunk.of(head, List.of(choice), shown, last, promptTokenIds);
  }

  private @Nullable Usage runningUsage() {
    return options.continuousUsage() ? usage.usage() : null;
  }

  @Override
  public void count(TextDelta delta) {
    usage.add(delta);
  }

  @Override
  public String text(TextDelta delta) {
    return delta.text();
  }

  @Override
  public @Nullable Object logprobs(TextDelta delta) {
    return ChatLogprobs.of(delta.tokens(), spelling);
  }

  @Override
  public Usage usage() {
    return usage.usage();
  }

  private ChatChunk usageChunk() {
    return ChatChunk.of(head, List.of(), usage.usage(), true, null);
  }
}
