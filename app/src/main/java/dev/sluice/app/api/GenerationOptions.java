package dev.sluice.app.api;

import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.spring.text.TextOptions;
import java.util.OptionalInt;

/**
 * What chat and text completions have in common, checked.
 *
 * @param sampling how tokens are chosen; its {@code maxTokens} counts only if {@code maxTokens} is
 *     present
 * @param scheduling how urgent it is and what a stop of the reader means; its tenant is not known
 *     yet
 * @param maxTokens as asked for; empty means as many as fit
 * @param n choices per prompt
 * @param text how tokens become text
 * @param stream answer as server-sent events
 * @param includeUsage end the stream with a usage chunk
 * @param continuousUsage put running usage on every chunk
 * @param returnTokenIds include token ids in the answer
 * @param tokensAsIds name tokens in log-probabilities as {@code token_id:7}
 */
record GenerationOptions(
    SamplingParams sampling,
    SchedulingParams scheduling,
    OptionalInt maxTokens,
    int n,
    TextOptions text,
    boolean stream,
    boolean includeUsage,
    boolean continuousUsage,
    boolean returnTokenIds,
    boolean tokensAsIds) {

  /** The sampling parameters for a prompt that leaves so much room. */
  SamplingParams samplingWithin(int maxTokens) {
    SamplingParams s = sampling;
    return new SamplingParams(
        s.temperature(),
        s.topK(),
        s.topP(),
        s.minP(),
        s.repetitionPenalty(),
        s.presencePenalty(),
        s.frequencyPenalty(),
        s.logitBiasIds(),
        s.logitBiasValues(),
        s.seed(),
        s.choice(),
        maxTokens,
        Math.min(s.minTokens(), maxTokens),
        s.stopTokenIds(),
        s.ignoreEos(),
        s.logprobs());
  }

  /** The scheduling parameters on a tenant's behalf. */
  SchedulingParams schedulingFor(String tenant) {
    SchedulingParams s = scheduling;
    return new SchedulingParams(
        tenant, s.priority(), s.onStall(), s.firstTokenDeadline(), s.deadline());
  }
}
