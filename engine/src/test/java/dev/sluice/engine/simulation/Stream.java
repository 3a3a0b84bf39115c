package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.FinishReason;
import dev.sluice.engine.scheduler.PromptGroup;
import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.scheduler.SequenceState;
import org.jspecify.annotations.Nullable;

/** One choice of a request while it is served: its sequence, its reader, and what it must yield. */
final class Stream {
  final Request request;
  final Sequence sequence;
  final Reader reader;
  final int[] tokens; // [maxContext], the prompt and what was emitted
  int length;
  private final Undisturbed undisturbed;
  private @Nullable FinishReason expectedReason;

  Stream(Request request, int choice, PromptGroup group, int maxContext) {
    this.request = request;
    int[] prompt = request.prompt();
    tokens = new int[maxContext];
    System.arraycopy(prompt, 0, tokens, 0, prompt.length);
    length = prompt.length;
    reader = new Reader(request.reading());
    undisturbed = new Undisturbed(prompt, request.sampling(choice), maxContext);
    sequence =
        new Sequence(
            "r" + request.id() + "." + choice,
            prompt,
            request.sampling(choice),
            new int[] {Undisturbed.END_TOKEN},
            request.scheduling(),
            request.promptLogprobs(),
            group);
  }

  /** Takes in the token that a step sampled, which must be the one of the undisturbed stream. */
  void emit(long now) {
    require(expectedReason == null, "goes on after its end");
    int expected = undisturbed.next();
    int token = sequence.lastToken();
    if (token != expected) {
      throw new SimulationFailure(
          SimulationFailure.Kind.STREAM,
          sequence + " yields " + token + " where it would have yielded " + expected + " alone");
    }
    if (length == request.promptTokens()) {
      checkScores();
    }
    tokens[length++] = token;
    expectedReason = undisturbed.endsWith(token);
    require(
        sequence.state()
                == (expectedReason == null ? SequenceState.RUNNING : SequenceState.FINISHED)
            && sequence.finishReason() == expectedReason,
        "should have ended by " + expectedReason + ", but did by " + sequence.finishReason());
    require(reader.outstanding() > 0, "yields a token that its reader did not ask for");
    reader.emit(now);
  }

  private void checkScores() {
    if (request.scored()) {
      var scores = sequence.promptScores();
      for (int i = 0; i < scores.size(); i++) {
        require(scores.get(i).logprob() == -tokens[i + 1], "has a wrong score of its prompt");
      }
    }
  }

  /** Checks an ended stream as a whole: what was emitted is what is counted. */
  void checkEnd() {
    require(sequence.state().isTerminal(), "has not ended");
    require(reader.emitted() == sequence.generatedTokens(), "has another count than it emitted");
    require(
        (sequence.state() == SequenceState.FINISHED) == (expectedReason != null),
        "ends as " + sequence.state() + " though its stream ends by " + expectedReason);
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new SimulationFailure(SimulationFailure.Kind.STREAM, sequence + " " + message);
    }
  }
}
