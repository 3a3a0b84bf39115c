package dev.sluice.app.api;

import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.spring.text.TextDelta;
import dev.sluice.spring.text.TextDelta.Finish;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One choice, collected whole. */
final class ChoiceText {
  private final StringBuilder text = new StringBuilder();
  private final List<TokenEvent> tokens = new ArrayList<>();
  private @Nullable Finish finish;

  /** Collects every choice, all at once and without limit: who doesn't stream, doesn't stall. */
  static Mono<List<ChoiceText>> collect(List<Flux<TextDelta>> choices, UsageCounter usage) {
    List<ChoiceText> texts = choices.stream().map(choice -> new ChoiceText()).toList();
    return Flux.merge(Flux.fromIterable(choices), choices.size(), Integer.MAX_VALUE)
        .doOnNext(usage::add)
        .doOnNext(delta -> texts.get(delta.choice()).add(delta))
        .then(Mono.just(texts));
  }

  private void add(TextDelta delta) {
    text.append(delta.text());
    tokens.addAll(delta.tokens());
    finish = delta.finish();
  }

  String text() {
    return text.toString();
  }

  List<TokenEvent> tokens() {
    return tokens;
  }

  Finish finish() {
    if (finish == null) {
      throw new IllegalStateException("a choice completed without a finish");
    }
    return finish;
  }

  List<Integer> tokenIds() {
    return tokens.stream().map(TokenEvent::tokenId).toList();
  }
}
