package dev.sluice.engine.cpu;

import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.sampling.Sampler;
import dev.sluice.engine.sampling.SamplingState;

/** Turns one row's logits into the step's result; one per worker, as it holds scratch memory. */
final class RowSampler {
  private final int vocabularySize;
  private final Sampler sampler;

  RowSampler(int vocabularySize) {
    this.vocabularySize = vocabularySize;
    sampler = new Sampler(vocabularySize);
  }

  /** Samples or scores a row, whose logits begin at {@code offset}. */
  void resolve(ForwardBatch batch, int row, float[] logits, int offset, StepResult result) {
    result.logprobs[row] = null;
    result.nonFinite[row] = Sampler.anyNonFinite(logits, offset, vocabularySize);
    if (result.nonFinite[row]) {
      return;
    }
    int id = batch.rowTargets[row];
    if (id == ForwardBatch.SAMPLE) {
      id = sampler.sample(logits, offset, state(batch, row));
    }
    result.tokenIds[row] = id;
    if (batch.rowLogprobs[row] != ForwardBatch.NO_LOGPROBS) {
      result.logprobs[row] = sampler.logprobs(logits, offset, id, batch.rowLogprobs[row]);
    }
  }

  private static SamplingState state(ForwardBatch batch, int row) {
    SamplingState state = batch.sampling[batch.rowSequences[row]];
    if (state == null) {
      throw new BackendException("row " + row + " is to be sampled without a sampling state");
    }
    return state;
  }
}
