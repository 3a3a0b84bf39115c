package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.LadderConfig;
import dev.sluice.engine.scheduler.SchedulerConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The machine of a simulated world: the scheduler's limits and what steps and copies cost.
 *
 * @param maxSequences most sequences in one step
 * @param maxBatchedTokens most tokens in one step
 * @param maxModelLen longest context, in tokens
 * @param blockSize tokens per block
 * @param blocks blocks of the cache
 * @param tierBlocks blocks of the host tier
 * @param prefixCaching reuse blocks of equal prefixes
 * @param slack let streams with a lead stand back
 * @param queueTimeoutNanos how long a request may wait
 * @param ladder how long stalled sequences keep what they hold
 * @param tenantWeights of the tenants t0, t1, ...
 * @param stepNanos what a step costs at least
 * @param tokenNanos what each of its tokens costs
 * @param copyNanos what copying a block costs
 */
record Setting(
    int maxSequences,
    int maxBatchedTokens,
    int maxModelLen,
    int blockSize,
    int blocks,
    int tierBlocks,
    boolean prefixCaching,
    boolean slack,
    long queueTimeoutNanos,
    LadderConfig ladder,
    List<Double> tenantWeights,
    long stepNanos,
    long tokenNanos,
    long copyNanos) {

  SchedulerConfig config() {
    Map<String, Double> weights = new HashMap<>();
    for (int tenant = 0; tenant < tenantWeights.size(); tenant++) {
      weights.put("t" + tenant, tenantWeights.get(tenant));
    }
    return new SchedulerConfig(
        maxSequences,
        maxBatchedTokens,
        maxModelLen,
        blockSize,
        blocks,
        prefixCaching,
        queueTimeoutNanos,
        "",
        tierBlocks,
        ladder,
        slack,
        weights);
  }

  /** The longest context that one sequence can reach. */
  int maxContext() {
    return Math.min(maxModelLen, blocks * blockSize);
  }

  Setting withoutTier() {
    return with(0, prefixCaching, slack);
  }

  Setting withoutPrefixCaching() {
    return with(tierBlocks, false, slack);
  }

  Setting withoutSlack() {
    return with(tierBlocks, prefixCaching, false);
  }

  private Setting with(int tier, boolean caching, boolean slackOn) {
    return new Setting(
        maxSequences,
        maxBatchedTokens,
        maxModelLen,
        blockSize,
        blocks,
        tier,
        caching,
        slackOn,
        queueTimeoutNanos,
        ladder,
        tenantWeights,
        stepNanos,
        tokenNanos,
        copyNanos);
  }
}
