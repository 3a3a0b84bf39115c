package dev.sluice.app.cli;

import dev.sluice.app.cli.ChatModel.ChatMessage;
import dev.sluice.app.cli.ChatModel.Piece;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Sinks;

/** A conversation: reads prompts and commands a line at a time, streams answers. */
final class ChatSession {
  private static final String HELP =
      """
      /new                   forget the conversation
      /system TEXT           set the system message and start anew
      /set temperature T     0 is greedy; at most 2
      /quit                  leave; so does Ctrl-D
      Ctrl-C stops an answer; again, it leaves.\
      """;

  private final ChatModel model;
  private final BufferedReader in;
  private final PrintWriter out;
  private final PrintWriter notes;
  private final boolean interactive;
  private final Interrupts interrupts;
  private final List<ChatMessage> conversation = new ArrayList<>();
  private @Nullable String system;
  private double temperature;
  private int failures;

  /**
   * Makes a session.
   *
   * @param out answers
   * @param notes everything that is not an answer
   * @param interactive whether to show prompts
   */
  ChatSession(
      ChatModel model,
      BufferedReader in,
      PrintWriter out,
      PrintWriter notes,
      boolean interactive,
      Interrupts interrupts,
      @Nullable String system,
      double temperature) {
    this.model = model;
    this.in = in;
    this.out = out;
    this.notes = notes;
    this.interactive = interactive;
    this.interrupts = interrupts;
    this.system = system;
    this.temperature = temperature;
  }

  /** Talks until the input ends or the user leaves; returns how many answers failed. */
  int run() throws IOException {
    startAnew();
    if (interactive) {
      note(model.name() + ". /help lists the commands.");
    }
    for (String line = readLine(); line != null && !isQuit(line); line = readLine()) {
      accept(line.strip());
    }
    return failures;
  }

  private @Nullable String readLine() throws IOException {
    if (interactive) {
      out.print("> ");
      out.flush();
    }
    return in.readLine();
  }

  private static boolean isQuit(String line) {
    return line.strip().equals("/quit") || line.strip().equals("/exit");
  }

  private void accept(String line) {
    if (line.startsWith("/")) {
      command(line);
    } else if (!line.isEmpty()) {
      ask(line);
    }
  }

  private void command(String line) {
    String[] words = line.split("\\s+", 2);
    String rest = words.length > 1 ? words[1] : "";
    switch (words[0]) {
      case "/help" -> note(HELP);
      case "/new" -> startAnew();
      case "/system" -> {
        system = rest.isEmpty() ? null : rest;
        startAnew();
      }
      case "/set" -> set(rest);
      default -> note(words[0] + " is not a command; /help lists them");
    }
  }

  private void startAnew() {
    conversation.clear();
    if (system != null) {
      conversation.add(new ChatMessage("system", system));
    }
  }

  private void set(String assignment) {
    String[] words = assignment.split("[\\s=]+", -1);
    if (words.length == 2 && words[0].equals("temperature") && isTemperature(words[1])) {
      temperature = Double.parseDouble(words[1]);
    } else {
      note("'/set " + assignment + "' is not understood; write /set temperature and 0 to 2");
    }
  }

  private static boolean isTemperature(String text) {
    try {
      double value = Double.parseDouble(text);
      return value >= 0 && value <= 2;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private void ask(String prompt) {
    conversation.add(new ChatMessage("user", prompt));
    Answer answer = new Answer();
    Sinks.Empty<Void> stop = Sinks.empty();
    interrupts.onInterrupt(stop::tryEmitEmpty);
    try {
      model
          .answer(List.copyOf(conversation), temperature)
          .takeUntilOther(stop.asMono())
          .doOnNext(answer::accept)
          .blockLast();
      conversation.add(new ChatMessage("assistant", answer.text.toString()));
      endLine();
      note(answer.speed());
    } catch (RuntimeException e) {
      failures++;
      conversation.removeLast();
      endLine();
      note("sluice: " + e.getMessage());
    } finally {
      interrupts.onInterrupt(null);
    }
  }

  private void endLine() {
    out.println();
    out.flush();
  }

  private void note(String text) {
    notes.println(interactive ? "\u001b[2m" + text + "\u001b[0m" : text);
    notes.flush();
  }

  /** An answer as it arrives; written by the stream's thread, read when it has ended. */
  private final class Answer {
    private final StringBuilder text = new StringBuilder();
    private final long askedNanos = System.nanoTime();
    private long firstNanos;
    private long lastNanos;
    private int tokens;

    void accept(Piece piece) {
      lastNanos = System.nanoTime();
      if (tokens == 0) {
        firstNanos = lastNanos;
      }
      tokens += piece.tokens();
      text.append(piece.text());
      out.print(piece.text());
      out.flush();
    }

    String speed() {
      double seconds = (lastNanos - firstNanos) / 1e9;
      double perSecond = tokens > 1 && seconds > 0 ? (tokens - 1) / seconds : 0;
      return String.format(
          Locale.ROOT,
          "%d tokens, %.1f tok/s, first after %d ms",
          tokens,
          perSecond,
          tokens == 0 ? 0 : (firstNanos - askedNanos) / 1_000_000);
    }
  }
}
