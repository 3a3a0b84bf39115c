package dev.sluice.engine.scheduler;

/** Checks that every block has as many holders as references, and that no list lies. */
final class InvariantCheck {
  private final SchedulerConfig config;
  private final Roster roster;
  private final KvSpace space;
  private final int[] holders; // [blocks]

  InvariantCheck(SchedulerConfig config, Roster roster, KvSpace space) {
    this.config = config;
    this.roster = roster;
    this.space = space;
    holders = new int[config.blockCount()];
  }

  void run() {
    space.pool().checkInvariants();
    for (int i = 0; i < roster.waiting.size(); i++) {
      Sequence sequence = roster.waiting.get(i);
      require(sequence.state() == SequenceState.WAITING, sequence, "is queued");
      require(sequence.blocks.size() == 0, sequence, "waits and holds blocks");
      require(!sequence.isOffloaded(), sequence, "waits and is in the host tier");
    }
    for (Sequence sequence : roster.resident) {
      checkResident(sequence);
    }
    int inTier = 0;
    for (Sequence sequence : roster.preempted) {
      checkPreempted(sequence);
      inTier += sequence.tierBlocks.size();
    }
    checkCounts(inTier);
  }

  private void checkResident(Sequence sequence) {
    require(sequence.state().isResident(), sequence, "is listed as resident");
    boolean stands =
        sequence.state() == SequenceState.STALLED || sequence.state() == SequenceState.PAUSED;
    require(stands == sequence.isIdle(), sequence, "runs without demand, or stands with it");
    require(!sequence.isOffloaded(), sequence, "is resident and in the host tier");
    require(
        sequence.blocks.size() >= space.computedBlocks(sequence),
        sequence,
        "has computed tokens without a block");
    for (int i = 0; i < sequence.blocks.size(); i++) {
      holders[sequence.blocks.block(i)]++;
    }
  }

  private void checkPreempted(Sequence sequence) {
    require(sequence.state() == SequenceState.PREEMPTED, sequence, "is listed as preempted");
    require(sequence.blocks.size() == 0, sequence, "is preempted and holds blocks");
    int expected = sequence.isOffloaded() ? space.computedBlocks(sequence) : 0;
    require(sequence.tierBlocks.size() == expected, sequence, "is half in the host tier");
    require(
        sequence.isOffloaded() || sequence.computedTokens == 0,
        sequence,
        "has computed tokens and no blocks");
  }

  private void checkCounts(int inTier) {
    for (int block = 0; block < config.blockCount(); block++) {
      int references = space.pool().references(block);
      if (holders[block] != references) {
        throw new IllegalStateException(
            "block %d has %d references but %d holders"
                .formatted(block, references, holders[block]));
      }
    }
    if (inTier != space.tier().usedCount()) {
      throw new IllegalStateException(
          "%d host blocks are used but %d held".formatted(space.tier().usedCount(), inTier));
    }
  }

  private static void require(boolean condition, Sequence sequence, String message) {
    if (!condition) {
      throw new IllegalStateException(sequence + " " + message);
    }
  }
}
