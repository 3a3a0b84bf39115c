package dev.sluice.engine.simulation;

import dev.sluice.engine.backend.Backend;
import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.BackendInfo;
import dev.sluice.engine.backend.BlockCopies;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;

/**
 * A backend that fails when told to, as badly as it may: a failed step has overwritten its slots,
 * failed copies were half made, and the host tier behind them is garbage.
 */
final class FaultyBackend implements Backend {
  /** The message of the steps' faults, which tells them from a mistake that the witness found. */
  static final String STEP_FAULT = "injected: the step failed";

  private static final int NO_ROW = -1;

  private final Backend backend;
  private boolean failsStep;
  private boolean failsCopies;
  private int voidRow = NO_ROW;
  private int rows;

  FaultyBackend(Backend backend) {
    this.backend = backend;
  }

  void failStep() {
    failsStep = true;
  }

  void failCopies() {
    failsCopies = true;
  }

  /** Makes a sampled row's logits void; which, counted around. */
  void voidLogits(int row) {
    voidRow = row;
  }

  /** From now on all goes well. */
  void calm() {
    failsStep = false;
    failsCopies = false;
    voidRow = NO_ROW;
  }

  @Override
  public BackendInfo info() {
    return backend.info();
  }

  @Override
  public void launch(ForwardBatch batch) {
    backend.launch(batch);
    rows = batch.rowCount;
    if (failsStep) {
      failsStep = false;
      throw new BackendException(STEP_FAULT);
    }
  }

  @Override
  public StepResult await() {
    StepResult result = backend.await();
    if (voidRow != NO_ROW && rows > 0) {
      result.nonFinite[voidRow % rows] = true;
      voidRow = NO_ROW;
    }
    return result;
  }

  @Override
  public void copy(BlockCopies copies) {
    if (!failsCopies || copies.count() == 0) {
      backend.copy(copies);
      return;
    }
    failsCopies = false;
    BlockCopies made = new BlockCopies();
    for (int i = 0; i < copies.count() / 2; i++) {
      add(made, copies, i);
    }
    for (int tierBlock = 0; tierBlock < info().tierBlockCount(); tierBlock++) {
      made.addOut(0, tierBlock);
    }
    backend.copy(made);
    throw new BackendException("injected: the copies failed");
  }

  static void add(BlockCopies target, BlockCopies copies, int i) {
    if (copies.isOut(i)) {
      target.addOut(copies.block(i), copies.tierBlock(i));
    } else {
      target.addIn(copies.tierBlock(i), copies.block(i));
    }
  }

  @Override
  public void close() {
    backend.close();
  }
}
