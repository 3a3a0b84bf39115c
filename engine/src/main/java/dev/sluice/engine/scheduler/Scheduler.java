package dev.sluice.engine.scheduler;

import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.kv.BlockPool;
import dev.sluice.engine.kv.HostTier;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides who runs in the next step and with how many tokens: a function of its state, the time it
 * is given and what it was told, so that the same history always plays out the same way.
 *
 * <p>A step mixes decode and prefill. Decode comes first, so that no long prompt starves it;
 * prompts are computed in chunks with what is left of the token budget; then preempted sequences
 * come back and new ones are admitted, if their whole prompt fits.
 *
 * <p>The reader decides whether a sequence runs. Without demand it stalls, pauses, and loses its
 * blocks to others ({@link Ladder}); a reader that does not read never costs a reading one its
 * place. What was preempted goes on with the tokens that it would have had.
 */
public final class Scheduler {
  /** Sequences that may come back from the host tier in one step, which waits for the copies. */
  private static final int MAX_RESTORES = 4;

  /** How soon to look again for those that stand back until their readers have caught up. */
  private static final long RECHECK = TimeUnit.MILLISECONDS.toNanos(20);

  private final SchedulerConfig config;
  private final StepPlan plan;
  private final CostModel costs = new CostModel();
  private final SchedulerTrace trace;
  private final Roster roster;
  private final KvSpace space;
  private final Evictor evictor;
  private final Ladder ladder;
  private final Turns turns;

  private long arrivals;
  private int budget;
  private int running; // of the resident, while sequences come back and are admitted
  private int blocksLacking; // by the first that could not start
  private boolean preemptedRunning;
  private long nextDueNanos;

  public Scheduler(SchedulerConfig config) {
    this(config, SchedulerTrace.NONE);
  }

  /** A scheduler that tells of its decisions. */
  public Scheduler(SchedulerConfig config, SchedulerTrace trace) {
    this.config = config;
    this.trace = trace;
    plan = new StepPlan(config.maxSequences(), config.blockSize());
    roster = new Roster(config.tenantWeights());
    space = new KvSpace(config, plan.copies());
    evictor = new Evictor(roster, space, costs, trace);
    ladder = new Ladder(config, roster, space, evictor, trace);
    turns = new Turns(config, roster, costs, trace);
  }

  public SchedulerConfig config() {
    return config;
  }

  /** What computing and copying cost; whoever runs the steps tells it. */
  public CostModel costs() {
    return costs;
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
    sequence.idle(true, nowNanos);
    space.enter(sequence);
    sequence.group().join(sequence);
    roster.waiting.add(sequence);
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
    if (!sequence.state().isTerminal()) {
      leave(sequence);
      sequence.state(state);
    }
  }

  private void leave(Sequence sequence) {
    roster.remove(sequence);
    roster.waiting.ended(sequence);
    space.free(sequence);
  }

  /**
   * Tells how many tokens a sequence's reader wants, and when it will have read what it has.
   *
   * @param dryAtNanos that time, or {@link Sequence#NO_LEAD}
   */
  public void setDemand(Sequence sequence, long tokens, long dryAtNanos, long nowNanos) {
    sequence.demand(tokens);
    sequence.dryAtNanos(dryAtNanos);
    sequence.wanted(tokens >= (sequence.isWanted() ? 1 : config.ladder().resumeAt()));
    updateIdle(sequence, nowNanos);
  }

  /** Holds a sequence still, whatever its reader wants, or releases it. */
  public void hold(Sequence sequence, boolean held, long nowNanos) {
    if (held == sequence.isHeld()) {
      return;
    }
    if (!held && sequence.state() == SequenceState.WAITING) {
      sequence.heldNanos += sequence.idleNanos(nowNanos); // it did not wait for a place meanwhile
    }
    sequence.held(held);
    updateIdle(sequence, nowNanos);
    if (sequence.isIdle()) {
      sequence.idle(true, nowNanos); // its reader's absence and the hold don't count as each other
    }
  }

  /** Puts a live sequence into another class. */
  public void reprioritise(Sequence sequence, int priority) {
    roster.reprioritise(sequence, priority);
  }

  private void updateIdle(Sequence sequence, long nowNanos) {
    boolean idle = sequence.isHeld() || !sequence.isWanted();
    if (idle == sequence.isIdle() || sequence.state().isTerminal()) {
      return;
    }
    long idleNanos = sequence.idleNanos(nowNanos);
    sequence.idle(idle, nowNanos);
    if (!idle && sequence.state() != SequenceState.WAITING) {
      trace.returned(sequence, idleNanos);
    }
    if (sequence.state().isResident()) {
      stallOrResume(sequence);
    }
  }

  private void stallOrResume(Sequence sequence) {
    if (sequence.isIdle()) {
      sequence.state(SequenceState.STALLED);
      sequence.countStall();
      trace.stalled(sequence);
    } else {
      SequenceState from = sequence.state();
      sequence.state(SequenceState.RUNNING);
      trace.resumed(sequence, from, 0, 0);
    }
  }

  /** Plans the next step; the plan is valid until the next call. */
  public StepPlan plan(long nowNanos) {
    plan.clear();
    budget = config.maxBatchedTokens();
    preemptedRunning = false;
    ladder.advance(nowNanos, blocksLacking > 0);
    turns.assign(nowNanos, blocksLacking, wantingToStart(nowNanos));
    blocksLacking = 0;
    planDecode(nowNanos);
    planPrefill();
    if (!preemptedRunning) {
      running = runningCount();
      if (comeBack(nowNanos)) {
        admit(nowNanos);
      }
    }
    nextDueNanos = ladder.nextDueNanos();
    if (anyStandsBack()) {
      nextDueNanos = Math.min(nextDueNanos, nowNanos + RECHECK);
    }
    return plan;
  }

  /** Sequences that the last {@link #plan} ended, each with its cause. */
  public List<Sequence> failed() {
    return ladder.failed();
  }

  /**
   * When the next plan could differ from an empty one though nothing is told; {@code
   * Long.MAX_VALUE} for never.
   */
  public long nextDueNanos() {
    return nextDueNanos;
  }

  /** Whether a sequence waits for nothing but time. */
  private boolean anyStandsBack() {
    for (int i = 0; i < roster.preempted.size(); i++) {
      if (!roster.preempted.get(i).isIdle()) {
        return true;
      }
    }
    return roster.count(SequenceState.YIELDED) > 0;
  }

  private int wantingToStart(long now) {
    int wanting = roster.waiting.wantingCount();
    for (int i = 0; i < roster.preempted.size(); i++) {
      wanting += wantsBack(roster.preempted.get(i), now) ? 1 : 0;
    }
    return wanting;
  }

  private boolean wantsBack(Sequence sequence, long now) {
    return !sequence.isIdle() && (!config.slack() || turns.isUrgent(sequence, now));
  }

  private void planDecode(long now) {
    for (int i = 0; i < roster.resident.size() && hasRoom(); i++) {
      Sequence sequence = roster.resident.get(i);
      if (sequence.state() != SequenceState.RUNNING || !sequence.isDecoding()) {
        continue;
      }
      if (!ensureBlocks(sequence, now)) {
        return; // it was its own victim, so none that runs comes after it
      }
      schedule(sequence, 1);
      i = placeOf(sequence, i); // victims may have stood before it
    }
  }

  private int placeOf(Sequence sequence, int last) {
    int place = Math.min(last, roster.resident.size() - 1);
    while (roster.resident.get(place) != sequence) {
      place--;
    }
    return place;
  }

  private void planPrefill() {
    for (int i = 0; i < roster.resident.size() && hasRoom(); i++) {
      Sequence sequence = roster.resident.get(i);
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
    roster.waiting.charge(sequence, sequence.computedTokens + tokens);
  }

  /** Gets a block for the next token, from victims if need be; false if it became one itself. */
  private boolean ensureBlocks(Sequence sequence, long now) {
    while (space.lacking(sequence) > space.pool().availableCount()) {
      Sequence victim = evictor.preemptOne(sequence, now);
      preemptedRunning |= !victim.isIdle();
      if (victim == sequence) {
        return false;
      }
    }
    int lacking = space.lacking(sequence);
    if (lacking > 0) {
      space.grow(sequence);
      trace.allocated(sequence, lacking);
    }
    return true;
  }

  /**
   * Brings back preempted sequences whose readers want them, best first: any number of steps of
   * prefill would be too much, so one, and a few from the host tier. False if one of them found no
   * room: what comes free belongs to those that were here before.
   */
  private boolean comeBack(long now) {
    int restores = 0;
    for (int i = 0; i < roster.preempted.size(); i++) {
      Sequence sequence = roster.preempted.get(i);
      if (!mayComeBack(sequence, now)) {
        continue;
      }
      if (!hasRoomForOneMore() || restores == MAX_RESTORES) {
        return false;
      }
      boolean copied = sequence.isOffloaded();
      if (!start(sequence, now)) {
        return false;
      }
      i = -1; // the list has changed: victims may have been put onto it
      restores++;
      if (!copied) {
        return !anyWantsBack(now);
      }
    }
    return true;
  }

  /** Streams with a lead come back ahead of need only while nobody else wants to start. */
  private boolean mayComeBack(Sequence sequence, long now) {
    return wantsBack(sequence, now)
        || (!sequence.isIdle() && !roster.waiting.anyWanting() && fitsWithoutVictims(sequence));
  }

  private boolean fitsWithoutVictims(Sequence sequence) {
    return space.lacking(sequence) + watermark() <= space.pool().availableCount();
  }

  private boolean anyWantsBack(long now) {
    for (int i = 0; i < roster.preempted.size(); i++) {
      if (wantsBack(roster.preempted.get(i), now)) {
        return true;
      }
    }
    return false;
  }

  private void admit(long now) {
    while (hasRoomForOneMore()) {
      Sequence sequence = roster.waiting.next(now);
      // The next in order may not be overtaken by a shorter prompt that would fit.
      if (sequence == null || !start(sequence, now)) {
        return;
      }
    }
  }

  /** Gives a sequence blocks for all its tokens and schedules the first chunk, if they fit. */
  private boolean start(Sequence sequence, long now) {
    int computed = sequence.computedTokens;
    int needed = space.attach(sequence) + watermark();
    if (!evictor.reclaim(needed, sequence, now)) {
      blocksLacking = needed - space.pool().availableCount();
      space.detach(sequence, computed);
      return false;
    }
    SequenceState from = sequence.state();
    int restored = space.populate(sequence);
    if (restored > 0) {
      plan.restore(sequence);
    }
    roster.place(sequence, SequenceState.RUNNING);
    running++;
    if (from == SequenceState.WAITING) {
      sequence.cachedTokens(sequence.computedTokens);
      trace.admitted(sequence, sequence.blocks.size(), sequence.computedTokens);
    } else {
      trace.resumed(sequence, from, now - wantedSince(sequence), restored);
    }
    schedule(sequence, Math.min(sequence.missingTokens(), budget));
    return true;
  }

  /** Since when a preempted sequence could have run. */
  private static long wantedSince(Sequence sequence) {
    return Math.max(sequence.idleSinceNanos, sequence.preemptedNanos);
  }

  /** Blocks kept free for those that already run, so that admission does not cause preemption. */
  private int watermark() {
    return running == 0 ? 0 : Math.max(1, config.blockCount() / 100);
  }

  /**
   * Undoes a plan whose copies could not be made: what was to come back from the host tier must be
   * computed again, and so must whatever lies there, since nothing there can be trusted. The same
   * goes for choices that were to share the blocks of one that was to come back.
   */
  public void copiesFailed(StepPlan failed) {
    for (int i = 0; i < roster.preempted.size(); i++) {
      if (roster.preempted.get(i).isOffloaded()) {
        space.free(roster.preempted.get(i));
      }
    }
    for (int i = 0; i < failed.count(); i++) {
      Sequence sequence = failed.sequence(i);
      boolean lost =
          failed.restored().contains(sequence)
              || failed.restored().contains(sequence.group().leaderOf(sequence));
      if (lost && sequence.state().isResident()) {
        space.free(sequence);
        roster.place(sequence, SequenceState.PREEMPTED);
      }
    }
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
    space.indexFullBlocks(sequence);
    if (row != StepPlan.NO_ROW) {
      sequence.append(result.tokenIds[row], result.logprobs[row]);
      FinishReason reason = finishReason(sequence);
      if (reason != null) {
        leave(sequence);
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

  public BlockPool pool() {
    return space.pool();
  }

  public HostTier tier() {
    return space.tier();
  }

  /** Sequences that are in the batch. */
  public int runningCount() {
    return roster.count(SequenceState.RUNNING);
  }

  /** Resident sequences in a state. */
  public int residentCount(SequenceState state) {
    return roster.count(state);
  }

  /** Sequences that wait for their first blocks. */
  public int waitingCount() {
    return roster.waiting.size();
  }

  /** Sequences whose blocks were taken. */
  public int preemptedCount() {
    return roster.preempted.size();
  }

  /** Times that a sequence's blocks were taken. */
  public long preemptions() {
    return evictor.preemptions();
  }

  /** Copies in the host tier that were given up for others. */
  public long evictions() {
    return evictor.evictions();
  }

  /** Blocks copied to the host tier. */
  public long offloadedBlocks() {
    return space.offloadedBlocks();
  }

  /** Blocks copied back from the host tier. */
  public long restoredBlocks() {
    return space.restoredBlocks();
  }

  /** Prompt tokens looked up in the prefix cache, and of them those found. */
  public long prefixQueryTokens() {
    return space.prefixQueryTokens();
  }

  public long prefixHitTokens() {
    return space.prefixHitTokens();
  }

  /**
   * Checks what must hold between steps, in time linear in blocks and sequences.
   *
   * @throws IllegalStateException if it does not
   */
  public void checkInvariants() {
    new InvariantCheck(config, roster, space).run();
  }
}
