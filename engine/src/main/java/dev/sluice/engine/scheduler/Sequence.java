package dev.sluice.engine.scheduler;

import dev.sluice.engine.kv.BlockHash;
import dev.sluice.engine.kv.BlockTable;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.sampling.SamplingState;
import dev.sluice.engine.sampling.TokenLogprobs;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One prompt and what has been generated from it; owned by the engine thread.
 *
 * <p>{@code computedTokens} of its tokens have their KV in the block table. The others are still to
 * be sent through the model: many of a prompt, one in decode.
 */
public final class Sequence {
  private final String id;
  private final int promptTokens;
  private final SamplingState sampling;
  private final OptionalInt promptLogprobs;
  private final PromptGroup group;

  private final int[] endTokenIds;
  private int[] tokens;
  private int length;

  private SequenceState state = SequenceState.WAITING;
  private boolean demand;
  long arrival;
  long submittedNanos;
  long stalledSinceNanos;
  private int preemptions;
  private int cachedTokens;

  final BlockTable blocks = new BlockTable();
  int computedTokens;
  int hashedBlocks;
  final long[] hash = new long[BlockHash.LONGS]; // of the last hashed block

  private final @Nullable TokenLogprobs[] promptScores; // [promptTokens - 1] if asked for
  private @Nullable TokenLogprobs lastLogprobs;
  private @Nullable FinishReason finishReason;

  public Sequence(
      String id,
      int[] promptTokenIds,
      SamplingParams params,
      int[] endTokenIds,
      OptionalInt promptLogprobs,
      PromptGroup group) {
    this.id = id;
    this.promptTokens = promptTokenIds.length;
    this.sampling = new SamplingState(params, promptTokenIds, endTokenIds);
    this.endTokenIds = params.ignoreEos() ? new int[0] : endTokenIds;
    this.promptLogprobs = promptLogprobs;
    this.group = group;
    this.tokens = Arrays.copyOf(promptTokenIds, promptTokens + 16);
    this.length = promptTokens;
    this.promptScores = new TokenLogprobs[promptLogprobs.isPresent() ? promptTokens - 1 : 0];
  }

  public String id() {
    return id;
  }

  public SequenceState state() {
    return state;
  }

  void state(SequenceState next) {
    if (state.isTerminal()) {
      throw new IllegalStateException(
          "sequence " + id + " has ended as " + state + ", it can't become " + next);
    }
    state = next;
  }

  public SamplingState sampling() {
    return sampling;
  }

  public int promptTokens() {
    return promptTokens;
  }

  /** Prompt and generated tokens. */
  public int length() {
    return length;
  }

  public int generatedTokens() {
    return length - promptTokens;
  }

  int[] tokens() {
    return tokens;
  }

  int token(int position) {
    return tokens[position];
  }

  /** The token generated last. */
  public int lastToken() {
    return tokens[length - 1];
  }

  /** Log-probabilities of the token generated last; null unless asked for. */
  public @Nullable TokenLogprobs lastLogprobs() {
    return lastLogprobs;
  }

  /** Why it finished; null until it has. */
  public @Nullable FinishReason finishReason() {
    return finishReason;
  }

  boolean endsWithEndToken() {
    return contains(endTokenIds, lastToken());
  }

  boolean endsWithStopToken() {
    return contains(sampling.params().stopTokenIds(), lastToken());
  }

  private static boolean contains(int[] ids, int id) {
    for (int candidate : ids) {
      if (candidate == id) {
        return true;
      }
    }
    return false;
  }

  /** Tokens whose KV is there. */
  public int computedTokens() {
    return computedTokens;
  }

  /** Tokens still to be sent through the model. */
  int missingTokens() {
    return length - computedTokens;
  }

  boolean isDecoding() {
    return missingTokens() == 1 && length > promptTokens;
  }

  /** Whether its reader wants tokens, as of the last time the engine looked. */
  public boolean hasDemand() {
    return demand;
  }

  void demand(boolean demand) {
    this.demand = demand;
  }

  /** How long ago it was submitted. */
  public long waitedNanos(long nowNanos) {
    return nowNanos - submittedNanos;
  }

  PromptGroup group() {
    return group;
  }

  OptionalInt promptLogprobs() {
    return promptLogprobs;
  }

  /** Log-probabilities of each prompt token but the first; empty unless asked for. */
  public List<TokenLogprobs> promptScores() {
    return List.copyOf(Arrays.asList(promptScores));
  }

  void promptScore(int position, TokenLogprobs score) {
    promptScores[position - 1] = score;
  }

  /** Prompt tokens that were found in the prefix cache when it first ran. */
  public int cachedTokens() {
    return cachedTokens;
  }

  void cachedTokens(int count) {
    cachedTokens = count;
  }

  /** How often its KV was taken. */
  public int preemptions() {
    return preemptions;
  }

  void countPreemption() {
    preemptions++;
  }

  void append(int token, @Nullable TokenLogprobs logprobs) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * length);
    }
    tokens[length++] = token;
    lastLogprobs = logprobs;
    sampling.append(token);
  }

  void finish(FinishReason reason) {
    finishReason = reason;
    state(SequenceState.FINISHED);
  }

  @Override
  public String toString() {
    return "Sequence[" + id + " " + state + " " + computedTokens + "/" + length + "]";
  }
}
