package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.engine.stream.StreamState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the server says over a socket; what a frame has nothing to say of is left out. */
public sealed interface ServerFrame {
  String type();

  /** The same about a stream that its reader knows by another id. */
  ServerFrame named(String id);

  /**
   * A stream's beginning, for one that can be resumed.
   *
   * @param stream the name to resume it by
   */
  record Opened(String type, String id, String stream) implements ServerFrame {
    public static Opened of(String id, String stream) {
      return new Opened("opened", id, stream);
    }

    @Override
    public Opened named(String other) {
      return of(other, stream);
    }
  }

  /**
   * One token.
   *
   * @param seq counts the stream's tokens from 0
   * @param choice left out if there is only one
   * @param delta the text that the token completes, which may be empty
   */
  @JsonInclude(Include.NON_NULL)
  record Token(
      String type,
      String id,
      int seq,
      @Nullable Integer choice,
      String delta,
      @JsonProperty("token_ids") @Nullable List<Integer> tokenIds,
      @Nullable Object logprobs)
      implements ServerFrame {

    @Override
    public Token named(String other) {
      return new Token(type, other, seq, choice, delta, tokenIds, logprobs);
    }
  }

  /** Why tokens come or don't. */
  @JsonInclude(Include.NON_NULL)
  record State(
      String type,
      String id,
      @Nullable Integer choice,
      String state,
      @Nullable Integer position,
      @Nullable Integer computed,
      @Nullable Integer total,
      @Nullable Boolean offloaded)
      implements ServerFrame {

    static State of(String id, @Nullable Integer choice, StreamState state) {
      return switch (state) {
        case StreamState.Queued(int position) ->
            new State("state", id, choice, "queued", position, null, null, null);
        case StreamState.Prefill(int computed, int total) ->
            new State("state", id, choice, "prefill", null, computed, total, null);
        case StreamState.Running() -> plain(id, choice, "running");
        case StreamState.Stalled() -> plain(id, choice, "stalled");
        case StreamState.Paused() -> plain(id, choice, "paused");
        case StreamState.Preempted(boolean offloaded) ->
            new State("state", id, choice, "preempted", null, null, null, offloaded);
        case StreamState.Resumed() -> plain(id, choice, "resumed");
      };
    }

    @Override
    public State named(String other) {
      return new State(type, other, choice, state, position, computed, total, offloaded);
    }

    private static State plain(String id, @Nullable Integer choice, String state) {
      return new State("state", id, choice, state, null, null, null, null);
    }
  }

  /**
   * The end of a stream that didn't fail.
   *
   * @param finishReason null if there are several choices, or none ended by itself
   * @param choices how each of several ended
   */
  record Done(
      String type,
      String id,
      @JsonProperty("finish_reason") @Nullable String finishReason,
      @JsonProperty("stop_reason") @Nullable Object stopReason,
      @JsonInclude(Include.NON_NULL) @Nullable List<Ended> choices,
      @Nullable Object usage)
      implements ServerFrame {

    @Override
    public Done named(String other) {
      return new Done(type, other, finishReason, stopReason, choices, usage);
    }

    /** The end of a stream by its reader's wish. */
    public static Done cancelled(String id, @Nullable Object usage) {
      return new Done("done", id, "cancelled", null, null, usage);
    }
  }

  /** How one of several choices ended. */
  record Ended(
      int choice,
      @JsonProperty("finish_reason") @Nullable String finishReason,
      @JsonProperty("stop_reason") @Nullable Object stopReason) {}

  /** A refusal, or the end of a stream that failed. */
  record Failed(String type, @Nullable String id, ErrorBody.Detail error) implements ServerFrame {

    @Override
    public Failed named(String other) {
      return new Failed(type, other, error);
    }

    /** What to say of a failure. */
    public static Failed of(@Nullable String id, Throwable failure) {
      return new Failed("error", id, ApiErrors.refusal(failure).body().error());
    }
  }
}
