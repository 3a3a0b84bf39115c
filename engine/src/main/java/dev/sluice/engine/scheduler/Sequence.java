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
  /** In {@link #dryAtNanos()}: how far the reader has got is unknown, or it waits already. */
  public static final long NO_LEAD = Long.MIN_VALUE;

  private final String id;
  private final int promptTokens;
  private final SamplingState sampling;
  private final OptionalInt promptLogprobs;
  private final PromptGroup group;
  private final SchedulingParams scheduling;

  private final int[] endTokenIds;
  private int[] tokens;
  private int length;

  private SequenceState state = SequenceState.WAITING;
  private int priority;
  private long demand;
  private boolean wanted;
  private boolean held;
  private boolean idle = true;
  private long dryAtNanos = NO_LEAD;
  long arrival;
  long submittedNanos;
  long idleSinceNanos;
  long heldNanos; // while it waited for its first blocks
  long preemptedNanos;
  private int preemptions;
  private int stalls;
  private int cachedTokens;

  final BlockTable blocks = new BlockTable();
  final BlockTable tierBlocks = new BlockTable(); // while it is preempted and offloaded
  int computedTokens; // in blocks, or in tierBlocks
  int hashedBlocks;
  int chargedTokens; // to its tenant; what is computed again is not charged again
  long[] rootHash = new long[BlockHash.LONGS]; // of no block
  final long[] hash = new long[BlockHash.LONGS]; // of the last hashed block

  private final @Nullable TokenLogprobs[] promptScores; // [promptTokens - 1] if asked for
  private @Nullable TokenLogprobs lastLogprobs;
  private @Nullable FinishReason finishReason;
  private @Nullable FailureCause failureCause;

  public Sequence(
      String id,
      int[] promptTokenIds,
      SamplingParams params,
      int[] endTokenIds,
      SchedulingParams scheduling,
      OptionalInt promptLogprobs,
      PromptGroup group) {
    this.id = id;
    this.scheduling = scheduling;
    this.priority = scheduling.priority();
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

  /** Tokens that its reader wants, as of the last time the engine looked. */
  public long demand() {
    return demand;
  }

  void demand(long tokens) {
    demand = tokens;
  }

  /** Whether its reader wants enough for it to run, whether it is held or not. */
  boolean isWanted() {
    return wanted;
  }

  void wanted(boolean now) {
    wanted = now;
  }

  /** Whether it must not run: its reader wants too little, or it is held. */
  public boolean isIdle() {
    return idle;
  }

  /** Makes it idle, or no more, from now on. */
  void idle(boolean now, long nowNanos) {
    idle = now;
    idleSinceNanos = nowNanos;
  }

  /** For how long it has been idle; 0 if it is not. */
  public long idleNanos(long nowNanos) {
    return idle ? nowNanos - idleSinceNanos : 0;
  }

  /** Whether it stands still until it is released, whatever its reader wants. */
  public boolean isHeld() {
    return held;
  }

  void held(boolean now) {
    held = now;
  }

  /** When its reader will have read all that was generated, or {@link #NO_LEAD}. */
  public long dryAtNanos() {
    return dryAtNanos;
  }

  void dryAtNanos(long nanos) {
    dryAtNanos = nanos;
  }

  /** For how long its reader can do without it; 0 if that is unknown. */
  long slackNanos(long nowNanos) {
    return dryAtNanos == NO_LEAD ? 0 : Math.max(0, dryAtNanos - nowNanos);
  }

  public SchedulingParams scheduling() {
    return scheduling;
  }

  /** Its class: lower is earlier. */
  public int priority() {
    return priority;
  }

  void priority(int value) {
    priority = value;
  }

  /** Whether it comes before another: by class, then by arrival. */
  boolean isBefore(Sequence other) {
    return priority != other.priority ? priority < other.priority : arrival < other.arrival;
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

  /** How often its reader's demand ended while it ran. */
  public int stalls() {
    return stalls;
  }

  void countStall() {
    stalls++;
  }

  /** Whether its KV lies in the host tier. */
  public boolean isOffloaded() {
    return tierBlocks.size() > 0;
  }

  /** The KV blocks that it holds. */
  public int[] blockIds() {
    int[] ids = new int[blocks.size()];
    blocks.copyTo(ids, 0);
    return ids;
  }

  /** Blocks of the host tier that it holds. */
  public int tierBlockCount() {
    return tierBlocks.size();
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

  /** Why the scheduler ended it; null unless it did. */
  public @Nullable FailureCause failureCause() {
    return failureCause;
  }

  void failure(FailureCause cause) {
    failureCause = cause;
  }

  @Override
  public String toString() {
    return "Sequence[" + id + " " + state + " " + computedTokens + "/" + length + "]";
  }
}
