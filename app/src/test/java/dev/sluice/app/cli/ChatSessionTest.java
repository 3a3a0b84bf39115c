package dev.sluice.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.app.cli.ChatModel.ChatMessage;
import dev.sluice.app.cli.ChatModel.Piece;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

final class ChatSessionTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter notes = new StringWriter();
  private final Interrupts interrupts = new Interrupts();
  private final EchoModel model = new EchoModel();

  /** Answers with what it was asked, and remembers each conversation. */
  private static final class EchoModel implements ChatModel {
    private final List<List<ChatMessage>> conversations = new ArrayList<>();
    private final List<Double> temperatures = new ArrayList<>();
    private Function<String, Flux<Piece>> answers =
        prompt -> Flux.just(new Piece("you said ", 2), new Piece(prompt, 1));

    @Override
    public String name() {
      return "echo";
    }

    @Override
    public Flux<Piece> answer(List<ChatMessage> conversation, double temperature) {
      conversations.add(conversation);
      temperatures.add(temperature);
      return answers.apply(conversation.getLast().content());
    }

    @Override
    public void close() {}
  }

  @Test
  void run_twoPrompts_secondSeesTheFirstAnswer() throws IOException {
    assertThat(run("one\n\ntwo\n")).isZero();

    assertThat(out.toString().lines()).containsExactly("you said one", "you said two");
    assertThat(model.conversations.getLast())
        .extracting(ChatMessage::content)
        .containsExactly("one", "you said one", "two");
    assertThat(notes.toString()).contains("3 tokens, ");
  }

  @Test
  void run_commands_changeTheConversation() throws IOException {
    run("one\n/system be brief\n/set temperature 0\ntwo\n/new\nthree\n/quit\nfour\n");

    assertThat(model.conversations.getLast())
        .extracting(ChatMessage::role, ChatMessage::content)
        .containsExactly(tuple("system", "be brief"), tuple("user", "three"));
    assertThat(model.temperatures).containsExactly(0.7, 0.0, 0.0);
  }

  @Test
  void run_unknownCommand_isNotSentToTheModel() throws IOException {
    run("/nwe\n/set temperature 3\n");

    assertThat(model.conversations).isEmpty();
    assertThat(notes.toString())
        .contains("/nwe is not a command")
        .contains("'/set temperature 3' is not understood");
  }

  @Test
  void run_answerFails_countsItAndForgetsThePrompt() throws IOException {
    model.answers =
        prompt ->
            prompt.equals("bad")
                ? Flux.error(new IllegalStateException("no luck"))
                : Flux.just(new Piece("fine", 1));

    assertThat(run("bad\ngood\n")).isEqualTo(1);

    assertThat(notes.toString()).contains("sluice: no luck");
    assertThat(model.conversations.getLast())
        .extracting(ChatMessage::content)
        .containsExactly("good");
  }

  @Test
  void run_interrupted_stopsTheAnswerAndGoesOn() throws IOException {
    model.answers =
        prompt ->
            prompt.equals("endless")
                ? Flux.just(new Piece("and on", 1))
                    .concatWith(Flux.<Piece>never().doOnSubscribe(_ -> interrupts.interrupt()))
                : Flux.just(new Piece("fine", 1));

    assertThat(run("endless\nnext\n")).isZero();

    assertThat(out.toString().lines()).containsExactly("and on", "fine");
  }

  private int run(String input) throws IOException {
    return new ChatSession(
            model,
            new BufferedReader(new StringReader(input)),
            new PrintWriter(out),
            new PrintWriter(notes),
            false,
            interrupts,
            null,
            0.7)
        .run();
  }
}
