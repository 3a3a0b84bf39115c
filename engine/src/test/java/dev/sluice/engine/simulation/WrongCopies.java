package dev.sluice.engine.simulation;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.engine.backend.BlockCopies;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;

/** A backend that makes copies wrongly and says that all went well: blocks are stale after it. */
final class WrongCopies implements Backend {
  /** How it errs. */
  enum Mistake {
    /** The first block to come back is not copied. */
    SKIPPED,
    /** Copies are made in reverse: a block is filled before what it held is copied out. */
    REVERSED,
    /** Blocks are copied out after the step that runs over them. */
    LATE
  }

  private final Backend backend;
  private final Mistake mistake;
  private final BlockCopies late = new BlockCopies();

  WrongCopies(Backend backend, Mistake mistake) {
    this.backend = backend;
    this.mistake = mistake;
  }

  @Override
  public void copy(BlockCopies copies) {
    BlockCopies made = new BlockCopies();
    boolean skips = mistake == Mistake.SKIPPED;
    for (int n = 0; n < copies.count(); n++) {
      int i = mistake == Mistake.REVERSED ? copies.count() - 1 - n : n;
      if (skips && !copies.isOut(i)) {
        skips = false;
      } else {
        FaultyBackend.add(mistake == Mistake.LATE && copies.isOut(i) ? late : made, copies, i);
      }
    }
    backend.copy(made);
  }

  @Override
  public void launch(ForwardBatch batch) {
    backend.launch(batch);
    backend.copy(late);
    late.clear();
  }

  @Override
  public BackendInfo info() {
    return backend.info();
  }

  @Override
  public StepResult await() {
    return backend.await();
  }

  @Override
  public void close() {
    backend.close();
  }
}
