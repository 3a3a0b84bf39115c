package dev.sluice.engine.cpu;

import dev.sluice.engine.backend.BackendException;
import dev.sluice.engine.backend.ForwardBatch;
import dev.sluice.engine.backend.StepResult;
import dev.sluice.engine.sampling.SamplingState;
import dev.sluice.engine.sampling.TokenLogprobs;
import org.jspecify.annotations.Nullable;

/** Turns one row's logits into the step's result; one per worker, as it holds scratch memory. */
final class RowSampler {
  private final int vocabularySize;

  RowSampler(int vocabularySize) {
    this.vocabularySize = vocabularySize;
  }

  /** Samples or scores a row; its logits at {@code offset} are overwritten. */
  void resolve(ForwardBatch batch, int row, float[] logits, int offset, StepResult result) {
    result.logprobs[row] = null;
    result.nonFinite[row] = anyNonFinite(logits, offset);
    if (result.nonFinite[row]) {
      return;
    }
    int target = batch.rowTargets[row];
    int topCount = batch.rowLogprobs[row];
    if (target == ForwardBatch.SAMPLE) {
      SamplingState state = batch.sampling[batch.rowSequences[row]];
      if (state == null) {
        throw new BackendException("row " + row + " is to be sampled without a sampling state");
      }
      target = argmax(logits, offset);
    }
    result.tokenIds[row] = target;
    result.logprobs[row] =
        topCount == ForwardBatch.NO_LOGPROBS ? null : logprobs(logits, offset, target, topCount);
  }

  private boolean anyNonFinite(float[] logits, int offset) {
    float zero = 0f;
    for (int i = 0; i < vocabularySize; i++) {
      zero += logits[offset + i] * 0f;
    }
    return zero != 0f;
  }

  private int argmax(float[] logits, int offset) {
    int best = 0;
    for (int i = 1; i < vocabularySize; i++) {
      if (logits[offset + i] > logits[offset + best]) {
        best = i;
      }
    }
    return best;
  }

  private @Nullable TokenLogprobs logprobs(float[] logits, int offset, int target, int topCount) {
    double sum = 0;
    float max = logits[offset + argmax(logits, offset)];
    for (int i = 0; i < vocabularySize; i++) {
      sum += Math.exp(logits[offset + i] - max);
    }
    double logSum = max + Math.log(sum);
    int[] ids = new int[topCount];
    float[] tops = new float[topCount];
    float logprob = (float) (logits[offset + target] - logSum);
    for (int i = 0; i < topCount; i++) {
      ids[i] = argmax(logits, offset);
      tops[i] = (float) (logits[offset + ids[i]] - logSum);
      logits[offset + ids[i]] = Float.NEGATIVE_INFINITY;
    }
    return new TokenLogprobs(logprob, ids, tops);
  }
}
