package dev.sluice.engine.scheduler;

import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.kv.BlockHash;
import dev.sluice.engine.kv.BlockPool;
import dev.sluice.engine.kv.PrefixIndex;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides who runs in the next step and with how many tokens: a function of its state, the time it
 * is given and what it was told, so that the same history always plays out the same way.
 *
 * <p>A step mixes decode and prefill. Decode comes first, so that no long prompt starves it;
 * prompts are computed in chunks with what is left of the token budget; then new sequences are
 * admitted, if their whole prompt fits. A sequence whose reader has no demand keeps its KV but does
 * not run.
 *
 * <p>When blocks run out, cached ones are overwritten first. Then stalled sequences lose theirs,
 * longest stall first, and only then the running one that arrived last: a reader that does not read
 * never costs a reading one its place, and the oldest sequence that can run always advances. What
 * was preempted is recomputed later and goes on with the tokens that it would have had.
 */
public final class Scheduler {
  private final SchedulerConfig config;
  private final BlockPool pool;
  private final PrefixIndex index;
  private final BlockHash blockHash;
  private final long[] hash = new long[BlockHash.LONGS];

  // Each in order of arrival.
  private final ArrayDeque<Sequence> waiting = new ArrayDeque<>();
  private final List<Sequence> preempted = new ArrayList<>();
  private final List<Sequence> resident = new ArrayList<>();

  private final StepPlan plan;
  private final List<Sequence> expired = new ArrayList<>();
  private long arrivals;
  private int budget;
  private int running; // of the resident, while sequences are resumed and admitted
  private boolean preemptedInThisStep;

  private long preemptions;
  private long prefixQueryTokens;
  private long prefixHitTokens;

  public Scheduler(SchedulerConfig config) {
    this.config = config;
    index = new PrefixIndex(config.blockCount(), config.blockSize());
    pool = new BlockPool(config.blockCount(), index);
    blockHash = new BlockHash(config.blockSize(), config.cacheSalt());
    plan = new StepPlan(config.maxSequences(), config.blockSize());
  }

  public SchedulerConfig config() {
    return config;
  }

  /** Queues a sequence, whose prompt is shorter than {@link SchedulerConfig#maxContext()}. */
  public void submit(Sequence sequence, long nowNanos) {
    if (sequence.promptTokens() >= config.maxContext()) {
      throw new IllegalArgumentException(
          "a prompt of "
              + sequence.promptTokens()
              + " tokens leaves no room in a context of "
              + config.maxContext());
    }
    sequence.arrival = arrivals++;
    sequence.submittedNanos = nowNanos;
    blockHash.root(sequence.hash);
    sequence.group().join(sequence);
    waiting.add(sequence);
  }

  /** Ends a sequence, whose reader has left, and frees its blocks at once. */
  public void cancel(Sequence sequence) {
    end(sequence, SequenceState.CANCELLED);
  }

  /** Ends a sequence by an error and frees its blocks at once. */
  public void fail(Sequence sequence) {
    end(sequence, SequenceState.FAILED);
  }

  private void end(Sequence sequence, SequenceState state) {
    if (sequence.state().isTerminal()) {
      return;
    }
    remove(sequence);
    sequence.state(state);
  }

  /** Tells whether a sequence's reader wants tokens. */
  public void setDemand(Sequence sequence, boolean demand, long nowNanos) {
    if (sequence.hasDemand() == demand) {
      return;
    }
    sequence.demand(demand);
    if (sequence.state() == SequenceState.RUNNING && !demand) {
      sequence.state(SequenceState.STALLED);
      sequence.stalledSinceNanos = nowNanos;
    } else if (sequence.state() == SequenceState.STALLED && demand) {
      sequence.state(SequenceState.RUNNING);
    }
  }

  /** Plans the next step; the plan is valid until the next call. */
  public StepPlan plan(long nowNanos) {
    plan.clear();
    expired.clear();
    budget = config.maxBatchedTokens();
    preemptedInThisStep = false;
    planDecode();
    planPrefill();
    if (!preemptedInThisStep) {
      running = runningCount();
      resume();
      admit(nowNanos);
    }
    expire(nowNanos);
    return plan;
  }

  /** Sequences that the last {@link #plan} failed because they had waited too long. */
  public List<Sequence> expired() {
    return expired;
  }

  private void planDecode() {
    for (int i = 0; i < resident.size() && hasRoom(); i++) {
      Sequence sequence = resident.get(i);
      if (sequence.state() != SequenceState.RUNNING || !sequence.isDecoding()) {
        continue;
      }
      if (!ensureBlocks(sequence)) {
        return; // it was its own victim, so none comes after it
      }
      schedule(sequence, 1);
      if (preemptedInThisStep) {
        i = resident.indexOf(sequence); // stalled victims may have stood before it
      }
    }
  }

  private void planPrefill() {
    for (int i = 0; i < resident.size() && hasRoom(); i++) {
      Sequence sequence = resident.get(i);
      if (sequence.state() == SequenceState.RUNNING && !sequence.isDecoding()) {
        schedule(sequence, Math.min(sequence.missingTokens(), budget));
      }
    }
  }

  private boolean hasRoom() {
    return budget > 0 && plan.count() < config.maxSequences();
  }

  private boolean hasRoomForOneMore() {
    return hasRoom() && running < config.maxSequences();
  }

  private void schedule(Sequence sequence, int tokens) {
    plan.add(sequence, tokens);
    budget -= tokens;
  }

  /** Gets a block for the next token, from victims if need be; false if it became one itself. */
  private boolean ensureBlocks(Sequence sequence) {
    int needed = blocksFor(sequence.length());
    while (sequence.blocks.size() + pool.availableCount() < needed) {
      Sequence stalled = longestStalled();
      Sequence victim = stalled != null ? stalled : resident.getLast();
      preempt(victim);
      if (victim == sequence) {
        return false;
      }
    }
    sequence.blocks.growTo(needed, pool);
    return true;
  }

  private @Nullable Sequence longestStalled() {
    Sequence stalled = null;
    for (int i = 0; i < resident.size(); i++) {
      Sequence candidate = resident.get(i);
      if (candidate.state() == SequenceState.STALLED
          && (stalled == null || candidate.stalledSinceNanos < stalled.stalledSinceNanos)) {
        stalled = candidate;
      }
    }
    return stalled;
  }

  private void preempt(Sequence victim) {
    resident.remove(victim);
    victim.blocks.release(pool);
    victim.computedTokens = 0;
    victim.hashedBlocks = 0;
    blockHash.root(victim.hash);
    victim.countPreemption();
    victim.state(SequenceState.PREEMPTED);
    insertByArrival(preempted, victim);
    preemptions++;
    preemptedInThisStep = true;
  }

  /** Brings back preempted sequences whose readers want them, oldest first, one prefill a step. */
  private void resume() {
    for (int i = 0; i < preempted.size() && hasRoomForOneMore(); i++) {
      Sequence sequence = preempted.get(i);
      if (!sequence.hasDemand()) {
        continue;
      }
      if (start(sequence)) {
        preempted.remove(sequence); // by value: a victim may have been put before it
      }
      return;
    }
  }

  private void admit(long nowNanos) {
    if (oldestPreemptedWithDemand() != null) {
      return; // the room that comes free belongs to those that were here before
    }
    for (var candidates = waiting.iterator(); candidates.hasNext() && hasRoomForOneMore(); ) {
      Sequence sequence = candidates.next();
      if (!sequence.hasDemand() || isExpired(sequence, nowNanos) || waitsForLeader(sequence)) {
        continue;
      }
      if (!start(sequence)) {
        return; // first come, first served: a shorter prompt does not overtake
      }
      candidates.remove();
    }
  }

  private @Nullable Sequence oldestPreemptedWithDemand() {
    for (int i = 0; i < preempted.size(); i++) {
      if (preempted.get(i).hasDemand()) {
        return preempted.get(i);
      }
    }
    return null;
  }

  /** Whether the prompt's blocks will soon be there to be shared. */
  private static boolean waitsForLeader(Sequence sequence) {
    Sequence leader = sequence.group().leaderOf(sequence);
    return leader != null
        && !leader.state().isTerminal()
        && leader.hasDemand()
        && leader.computedTokens < leader.promptTokens();
  }

  /** Gives a sequence blocks for all its tokens and schedules the first chunk, if they fit. */
  private boolean start(Sequence sequence) {
    attachKnownBlocks(sequence);
    int needed = blocksFor(sequence.length()) - sequence.blocks.size();
    if (!reclaim(needed + watermark())) {
      detach(sequence);
      return false;
    }
    boolean first = sequence.preemptions() == 0;
    sequence.blocks.growTo(blocksFor(sequence.length()), pool);
    if (first) {
      sequence.cachedTokens(sequence.computedTokens);
    }
    prefixHitTokens += sequence.computedTokens;
    prefixQueryTokens += sequence.length();
    sequence.state(SequenceState.RUNNING);
    insertByArrival(resident, sequence);
    running++;
    schedule(sequence, Math.min(sequence.missingTokens(), budget));
    return true;
  }

  /** Makes so many blocks available if stalled sequences hold enough; their readers don't read. */
  private boolean reclaim(int blocks) {
    int obtainable = pool.availableCount();
    for (int i = 0; i < resident.size(); i++) {
      Sequence candidate = resident.get(i);
      obtainable += candidate.state() == SequenceState.STALLED ? candidate.blocks.size() : 0;
    }
    if (obtainable < blocks) {
      return false;
    }
    for (Sequence stalled = longestStalled();
        pool.availableCount() < blocks && stalled != null;
        stalled = longestStalled()) {
      preempt(stalled);
    }
    return pool.availableCount() >= blocks; // shared blocks may have counted more than once
  }

  /** Blocks kept free for those that already run, so that admission does not cause preemption. */
  private int watermark() {
    return resident.isEmpty() ? 0 : Math.max(1, config.blockCount() / 100);
  }

  /** Shares the full blocks of the prompt that are already computed, but never the last token's. */
  private void attachKnownBlocks(Sequence sequence) {
    if (sequence.promptLogprobs().isPresent()) {
      return; // every prompt token must pass through the model to be scored
    }
    int shareable = (sequence.length() - 1) / config.blockSize();
    Sequence leader = sequence.group().leaderOf(sequence);
    if (leader != null && leader.state().holdsKv()) {
      shareWithLeader(sequence, leader, shareable);
    } else if (config.prefixCaching()) {
      shareByHash(sequence, shareable);
    }
  }

  private void shareWithLeader(Sequence sequence, Sequence leader, int shareable) {
    int promptBlocks = Math.min(leader.promptTokens(), leader.computedTokens) / config.blockSize();
    sequence.blocks.share(leader.blocks, Math.min(shareable, promptBlocks), pool);
    sequence.computedTokens = sequence.blocks.size() * config.blockSize();
  }

  private void shareByHash(Sequence sequence, int shareable) {
    for (int i = 0; i < shareable; i++) {
      System.arraycopy(sequence.hash, 0, hash, 0, BlockHash.LONGS);
      blockHash.next(hash, sequence.tokens(), i * config.blockSize(), config.blockSize());
      int block = index.find(hash, sequence.tokens(), i * config.blockSize());
      if (block == PrefixIndex.MISS) {
        return;
      }
      System.arraycopy(hash, 0, sequence.hash, 0, BlockHash.LONGS);
      sequence.blocks.share(block, pool);
      sequence.hashedBlocks = i + 1;
      sequence.computedTokens = (i + 1) * config.blockSize();
    }
  }

  private void detach(Sequence sequence) {
    sequence.blocks.release(pool);
    sequence.computedTokens = 0;
    sequence.hashedBlocks = 0;
    blockHash.root(sequence.hash);
  }

  private void expire(long nowNanos) {
    for (var candidates = waiting.iterator(); candidates.hasNext(); ) {
      Sequence sequence = candidates.next();
      if (!isExpired(sequence, nowNanos)) {
        return; // the others came later
      }
      candidates.remove();
      sequence.state(SequenceState.FAILED);
      expired.add(sequence);
    }
  }

  private boolean isExpired(Sequence sequence, long nowNanos) {
    return nowNanos - sequence.submittedNanos > config.queueTimeoutNanos();
  }

  /**
   * Takes in what a step computed: appends sampled tokens, ends sequences, indexes full blocks.
   * Sequences with void logits become {@code FAILED}.
   */
  public void apply(StepPlan step, ForwardBatch batch, StepResult result) {
    for (int row = 0; row < batch.rowCount; row++) {
      recordScore(step, batch, result, row);
    }
    for (int i = 0; i < step.count(); i++) {
      applySequence(step, i, result);
    }
  }

  private static void recordScore(StepPlan step, ForwardBatch batch, StepResult result, int row) {
    var score = result.logprobs[row];
    if (batch.rowTargets[row] != ForwardBatch.SAMPLE && score != null) {
      int position = batch.positions[batch.rowTokens[row]];
      step.sequence(batch.rowSequences[row]).promptScore(position + 1, score);
    }
  }

  private void applySequence(StepPlan step, int i, StepResult result) {
    Sequence sequence = step.sequence(i);
    int row = step.sampleRow(i);
    sequence.computedTokens += step.tokenCount(i);
    if (row != StepPlan.NO_ROW && result.nonFinite[row]) {
      fail(sequence); // before its blocks are indexed: their contents can't be trusted
      return;
    }
    indexFullBlocks(sequence);
    if (row != StepPlan.NO_ROW) {
      sequence.append(result.tokenIds[row], result.logprobs[row]);
      FinishReason reason = finishReason(sequence);
      if (reason != null) {
        remove(sequence);
        sequence.finish(reason);
      }
    }
  }

  private @Nullable FinishReason finishReason(Sequence sequence) {
    if (sequence.endsWithEndToken()) {
      return FinishReason.END_TOKEN;
    }
    if (sequence.endsWithStopToken()) {
      return FinishReason.STOP_TOKEN;
    }
    boolean full =
        sequence.generatedTokens() >= sequence.sampling().params().maxTokens()
            || sequence.length() >= config.maxContext();
    return full ? FinishReason.LENGTH : null;
  }

  private void indexFullBlocks(Sequence sequence) {
    if (!config.prefixCaching() || sequence.promptLogprobs().isPresent()) {
      return;
    }
    int blockSize = config.blockSize();
    int full = sequence.computedTokens / blockSize;
    for (int i = sequence.hashedBlocks; i < full; i++) {
      blockHash.next(sequence.hash, sequence.tokens(), i * blockSize, blockSize);
      int block = sequence.blocks.block(i);
      if (index.add(block, sequence.hash, sequence.tokens(), i * blockSize)) {
        pool.markIndexed(block);
      }
    }
    sequence.hashedBlocks = Math.max(full, sequence.hashedBlocks);
  }

  private void remove(Sequence sequence) {
    switch (sequence.state()) {
      case WAITING -> waiting.remove(sequence);
      case PREEMPTED -> preempted.remove(sequence);
      case RUNNING, STALLED -> resident.remove(sequence);
      default -> throw new IllegalStateException(sequence + " has ended already");
    }
    sequence.blocks.release(pool);
  }

  private static void insertByArrival(List<Sequence> list, Sequence sequence) {
    int place = list.size();
    while (place > 0 && list.get(place - 1).arrival > sequence.arrival) {
      place--;
    }
    list.add(place, sequence);
  }

  private int blocksFor(int tokens) {
    return (tokens + config.blockSize() - 1) / config.blockSize();
  }

  public BlockPool pool() {
    return pool;
  }

  /** Sequences that hold KV and whose readers want tokens. */
  public int runningCount() {
    int running = 0;
    for (int i = 0; i < resident.size(); i++) {
      running += resident.get(i).state() == SequenceState.RUNNING ? 1 : 0;
    }
    return running;
  }

  /** Sequences that hold KV and whose readers want nothing. */
  public int stalledCount() {
    return resident.size() - runningCount();
  }

  /** Sequences without KV: new or preempted. */
  public int waitingCount() {
    return waiting.size() + preempted.size();
  }

  public long preemptions() {
    return preemptions;
  }

  /** Prompt tokens looked up in the prefix cache, and of them those found. */
  public long prefixQueryTokens() {
    return prefixQueryTokens;
  }

  public long prefixHitTokens() {
    return prefixHitTokens;
  }

  /**
   * Checks what must hold between steps, in time linear in blocks and sequences.
   *
   * @throws IllegalStateException if it does not
   */
  public void checkInvariants() {
    pool.checkInvariants();
    int[] holders = new int[config.blockCount()];
    for (Sequence sequence : resident) {
      int computed = blocksFor(sequence.computedTokens);
      require(sequence.blocks.size() >= computed, sequence, "has computed tokens without a block");
      for (int i = 0; i < sequence.blocks.size(); i++) {
        holders[sequence.blocks.block(i)]++;
      }
    }
    for (Sequence sequence : waiting) {
      require(sequence.blocks.size() == 0, sequence, "waits and holds blocks");
    }
    for (Sequence sequence : preempted) {
      require(sequence.blocks.size() == 0, sequence, "is preempted and holds blocks");
    }
    for (int block = 0; block < holders.length; block++) {
      if (holders[block] != pool.references(block)) {
        throw new IllegalStateException(
            "block "
                + block
                + " has "
                + pool.references(block)
                + " references but "
                + holders[block]
                + " holders");
      }
    }
  }

  private static void require(boolean condition, Sequence sequence, String message) {
    if (!condition) {
      throw new IllegalStateException(sequence + " " + message);
    }
  }
}
