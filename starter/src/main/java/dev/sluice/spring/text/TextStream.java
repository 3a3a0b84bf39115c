package dev.sluice.spring.text;

import dev.sluice.engine.scheduler.FinishReason;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.stream.TokenEvent.LastToken;
import dev.sluice.engine.tokenizer.IncrementalDetokenizer;
import dev.sluice.engine.tokenizer.StopMatcher;
import dev.sluice.engine.tokenizer.Tokenizer;
import dev.sluice.spring.text.TextDelta.Finish;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.SynchronousSink;

/**
 * Turns a choice's token events into text, one delta per event, so that demand for deltas is demand
 * for tokens. A stop string cancels the sequence. One per stream; runs on the publisher thread.
 */
public final class TextStream {
  private final int choice;
  private final TextOptions options;
  private final IncrementalDetokenizer detokenizer;
  private final StopMatcher stops;
  private int tokens;

  private TextStream(int choice, Tokenizer tokenizer, TextOptions options) {
    this.choice = choice;
    this.options = options;
    detokenizer = new IncrementalDetokenizer(tokenizer, options.skipControl());
    stops = new StopMatcher(options.stops(), options.includeStop());
  }

  /** The choice's text; completes after the delta that has a finish. */
  public static Flux<TextDelta> of(
      Flux<TokenEvent> tokens, int choice, Tokenizer tokenizer, TextOptions options) {
    return Flux.defer(() -> tokens.handle(new TextStream(choice, tokenizer, options)::accept));
  }

  private void accept(TokenEvent event, SynchronousSink<TextDelta> sink) {
    StringBuilder text = new StringBuilder();
    List<TokenEvent> read = new ArrayList<>(1);
    Finish finish = null;
    for (TokenEvent token : event.tokens()) {
      read.add(token);
      text.append(text(token));
      finish = finish(token.last());
      if (finish != null) {
        break; // what was generated after a stop string never was
      }
    }
    sink.next(new TextDelta(choice, text.toString(), read, finish));
    if (finish != null) {
      sink.complete(); // cancels the sequence if a stop string ended it
    }
  }

  private String text(TokenEvent token) {
    tokens++;
    LastToken last = token.last();
    String text = push(last != null && !hasText(last) ? "" : detokenizer.append(token.tokenId()));
    boolean ends = last != null && !stops.matched();
    return ends ? text + push(detokenizer.flush()) + stops.flush() : text;
  }

  /**
   * Whether the token that ended it is part of the text; an end or stop token isn't unless kept.
   */
  private boolean hasText(LastToken last) {
    return last.reason() == FinishReason.LENGTH || options.includeStop();
  }

  private String push(String text) {
    return tokens < options.minTokens() ? text : stops.push(text);
  }

  private @Nullable Finish finish(@Nullable LastToken last) {
    if (stops.matched()) {
      return new Finish("stop", stops.matchedStop());
    }
    if (last == null) {
      return null;
    }
    return switch (last.reason()) {
      case END_TOKEN -> new Finish("stop", null);
      case STOP_TOKEN -> new Finish("stop", last.tokenId());
      case LENGTH -> new Finish("length", null);
    };
  }
}
