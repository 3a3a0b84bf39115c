package dev.sluice.app.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.WordTokenizer;
import dev.sluice.engine.scheduler.FinishReason;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.stream.TokenEvent.LastToken;
import dev.sluice.engine.stream.TokenEvent.Token;
import dev.sluice.spring.text.TextDelta;
import dev.sluice.spring.text.TextDelta.Finish;
import dev.sluice.spring.text.TextOptions;
import dev.sluice.spring.text.TextStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;
import reactor.test.StepVerifierOptions;

/** The tokens are UTF-8 bytes: id 65 is "A"; 256 is the end token, without text. */
final class TextStreamTest {
  private static final int END = WordTokenizer.END;

  private static TextOptions stops(String... stops) {
    return new TextOptions(List.of(stops), false, true, 0);
  }

  private static Flux<TokenEvent> bytes(String text, FinishReason reason) {
    byte[] utf8 = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
    List<TokenEvent> events = new ArrayList<>();
    int last = reason == FinishReason.END_TOKEN ? utf8.length : utf8.length - 1;
    for (int i = 0; i < last; i++) {
      events.add(new Token(Byte.toUnsignedInt(utf8[i]), null, null));
    }
    int id = reason == FinishReason.END_TOKEN ? END : Byte.toUnsignedInt(utf8[last]);
    events.add(new LastToken(id, null, null, reason, last + 1));
    return Flux.fromIterable(events);
  }

  private static List<TextDelta> read(Flux<TokenEvent> events, TextOptions options) {
    List<TextDelta> deltas =
        TextStream.of(events, 0, new WordTokenizer(), options).collectList().block();
    assertThat(deltas).isNotNull();
    return deltas;
  }

  private static String text(List<TextDelta> deltas) {
    return deltas.stream().map(TextDelta::text).collect(Collectors.joining());
  }

  @Test
  void of_plainTokens_giveOneDeltaEach() {
    List<TextDelta> deltas = read(bytes("abc", FinishReason.LENGTH), stops());

    assertThat(deltas).extracting(TextDelta::text).containsExactly("a", "b", "c");
    assertThat(deltas.getLast().finish()).isEqualTo(new Finish("length", null));
  }

  @Test
  void of_endToken_hasNoTextAndStops() {
    List<TextDelta> deltas = read(bytes("ab", FinishReason.END_TOKEN), stops());

    assertThat(text(deltas)).isEqualTo("ab");
    assertThat(deltas.getLast().finish()).isEqualTo(new Finish("stop", null));
  }

  @Test
  void of_stopTokenId_isNamedAndHasNoText() {
    List<TextDelta> deltas = read(bytes("abc", FinishReason.STOP_TOKEN), stops());

    assertThat(text(deltas)).isEqualTo("ab");
    assertThat(deltas.getLast().finish()).isEqualTo(new Finish("stop", (int) 'c'));
  }

  @Test
  void of_characterInParts_neverEmitsHalf() {
    List<TextDelta> deltas = read(bytes("é😀!", FinishReason.LENGTH), stops());

    assertThat(deltas).extracting(TextDelta::text).containsExactly("", "é", "", "", "", "😀", "!");
  }

  @Test
  void of_endInsideACharacter_givesOneReplacement() {
    Flux<TokenEvent> events =
        Flux.just(
            new Token('a', null, null), new LastToken(0xF0, null, null, FinishReason.LENGTH, 2));

    assertThat(text(read(events, stops()))).isEqualTo("a\ufffd");
  }

  @Test
  void of_stopAcrossTokens_emitsNothingOfItAndCancels() {
    AtomicBoolean cancelled = new AtomicBoolean();
    Flux<TokenEvent> events =
        bytes("one STOP two", FinishReason.LENGTH).doOnCancel(() -> cancelled.set(true));

    List<TextDelta> deltas = read(events, stops("STOP"));

    assertThat(text(deltas)).isEqualTo("one ");
    assertThat(deltas.getLast().finish()).isEqualTo(new Finish("stop", "STOP"));
    assertThat(cancelled).isTrue();
  }

  @Test
  void of_stopHalfBegunAtTheEnd_isEmittedAfterAll() {
    assertThat(text(read(bytes("one ST", FinishReason.LENGTH), stops("STOP")))).isEqualTo("one ST");
    assertThat(text(read(bytes("one ST", FinishReason.END_TOKEN), stops("STOP"))))
        .isEqualTo("one ST");
  }

  @Test
  void of_stopOnTheLastToken_isStopNotLength() {
    List<TextDelta> deltas = read(bytes("abSTOP", FinishReason.LENGTH), stops("STOP"));

    assertThat(text(deltas)).isEqualTo("ab");
    assertThat(deltas.getLast().finish()).isEqualTo(new Finish("stop", "STOP"));
  }

  @Test
  void of_stopKept_isPartOfTheText() {
    TextOptions options = new TextOptions(List.of("STOP"), true, true, 0);

    assertThat(text(read(bytes("abSTOPc", FinishReason.LENGTH), options))).isEqualTo("abSTOP");
  }

  @Test
  void of_stopBeforeMinTokens_isIgnored() {
    TextOptions options = new TextOptions(List.of("b"), false, true, 3);

    assertThat(text(read(bytes("abcabc", FinishReason.LENGTH), options))).isEqualTo("abca");
  }

  @Test
  void of_limitedDemand_pullsNoMoreTokensThanAsked() {
    AtomicLong requested = new AtomicLong();
    Flux<TextDelta> deltas =
        TextStream.of(
            bytes("abcdef", FinishReason.LENGTH).doOnRequest(requested::addAndGet),
            0,
            new WordTokenizer(),
            stops());

    StepVerifier.create(deltas, StepVerifierOptions.create().initialRequest(2))
        .expectNextCount(2)
        .then(() -> assertThat(requested).hasValue(2))
        .thenRequest(1)
        .expectNextCount(1)
        .then(() -> assertThat(requested).hasValue(3))
        .thenCancel()
        .verify();
  }
}
