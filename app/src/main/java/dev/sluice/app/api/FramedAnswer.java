package dev.sluice.app.api;

import dev.sluice.app.stream.CreditGate;
import dev.sluice.app.stream.LatestState;
import dev.sluice.engine.stream.StreamState;
import dev.sluice.spring.text.TextDelta;
import dev.sluice.spring.text.TextDelta.Finish;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/** An answer in frames, one per token, for a wire that carries several streams; one per stream. */
public final class FramedAnswer {
  private final String id;
  private final Answer answer;
  private final Answers answers;
  private final Finish[] finishes;
  private final Sinks.Empty<Void> cancelled = Sinks.empty();
  private int seq;

  FramedAnswer(String id, Answer answer, Answers answers) {
    this.id = id;
    this.answer = answer;
    this.answers = answers;
    finishes = new Finish[answer.generation().choices().size()];
  }

  /** The tokens behind a gate; a frame is wanted whenever a token is. */
  public Flux<ServerFrame> tokens(CreditGate gate) {
    return answers.tracked(gate.limit(answer.generation().merged())).map(this::token);
  }

  /** The tokens as they are asked for, until the reader wants no more. */
  public Flux<ServerFrame> tokens() {
    return answers
        .tracked(answer.generation().merged())
        .map(this::token)
        .takeUntilOther(cancelled.asMono());
  }

  /** Ends {@link #tokens()} after what is on its way. */
  public void cancel() {
    cancelled.tryEmitEmpty();
  }

  /** By which the engine knows it. */
  public String name() {
    return answer.head().id();
  }

  private ServerFrame token(TextDelta delta) {
    answer.count(delta);
    if (delta.finish() != null) {
      finishes[delta.choice()] = delta.finish();
    }
    return new ServerFrame.Token(
        "token",
        id,
        seq++,
        choice(delta.choice()),
        answer.text(delta),
        answer.options().returnTokenIds() ? delta.tokenIds() : null,
        answer.logprobs(delta));
  }

  private @Nullable Integer choice(int index) {
    return finishes.length == 1 ? null : index;
  }

  public LatestState states() {
    return answer.generation().states();
  }

  /** A state that the reader was not told; null if there is none. */
  public ServerFrame.@Nullable State state() {
    LatestState.Change change = states().poll();
    return change == null
        ? null
        : ServerFrame.State.of(id, choice(change.choice()), change.state());
  }

  /** What the reader was told last, for one that comes back; null if there are several choices. */
  public ServerFrame.@Nullable State newestState() {
    StreamState state = states().newest();
    return state == null || finishes.length > 1 ? null : ServerFrame.State.of(id, null, state);
  }

  /** The end, once the tokens have completed. */
  public ServerFrame.Done done() {
    if (Arrays.stream(finishes).anyMatch(finish -> finish == null)) {
      return ServerFrame.Done.cancelled(id, answer.usage());
    }
    if (finishes.length > 1) {
      return new ServerFrame.Done("done", id, null, null, ended(), answer.usage());
    }
    Finish finish = finishes[0];
    return new ServerFrame.Done(
        "done", id, finish.reason(), finish.stopReason(), null, answer.usage());
  }

  private List<ServerFrame.Ended> ended() {
    return IntStream.range(0, finishes.length)
        .mapToObj(i -> new ServerFrame.Ended(i, finishes[i].reason(), finishes[i].stopReason()))
        .toList();
  }
}
