package dev.sluice.app.api;

import dev.sluice.app.observe.RequestMetrics;
import dev.sluice.app.stream.LatestState;
import dev.sluice.engine.GenerationRequest;
import dev.sluice.engine.stream.StateListener;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.spring.ServedModel;
import dev.sluice.spring.text.TextDelta;
import dev.sluice.spring.text.TextStream;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import reactor.core.publisher.Flux;

/**
 * A request's choices as cold streams of text, prompt by prompt: choice {@code c} of prompt {@code
 * p} has the index {@code p * n + c}.
 *
 * @param prompts each as token ids
 * @param choicesPerPrompt as asked for
 * @param choices one stream each; nothing runs before they are subscribed to
 * @param states what their reader may know of why tokens come or don't
 */
record Generation(
    List<int[]> prompts, int choicesPerPrompt, List<Flux<TextDelta>> choices, LatestState states) {

  /** Prepares the choices of all prompts. */
  static Generation of(
      ServedModel model,
      String id,
      List<int[]> prompts,
      int[] maxTokens,
      GenerationOptions options,
      String tenant,
      OptionalInt promptLogprobs) {
    refuseTooMany(prompts.size(), options.n(), model.engine().config().maxQueuedRequests());
    List<Flux<TextDelta>> choices = new ArrayList<>();
    LatestState states = new LatestState(prompts.size() * options.n());
    for (int p = 0; p < prompts.size(); p++) {
      GenerationRequest request =
          new GenerationRequest(
              prompts.size() == 1 ? id : id + "-p" + p,
              prompts.get(p),
              options.samplingWithin(maxTokens[p]),
              options.schedulingFor(tenant),
              promptLogprobs);
      int first = choices.size();
      StateListener listener = (choice, state) -> states.onState(first + choice, state);
      for (Flux<TokenEvent> tokens : model.engine().openChoices(request, options.n(), listener)) {
        choices.add(TextStream.of(tokens, choices.size(), model.tokenizer(), options.text()));
      }
    }
    return new Generation(prompts, options.n(), choices, states);
  }

  /** What could never be queued at once isn't worth trying again. */
  private static void refuseTooMany(int prompts, int n, int maxQueued) {
    if ((long) prompts * n > maxQueued) {
      throw ApiException.invalid(
          prompts > 1 ? "prompt" : "n",
          prompts
              + " prompts with "
              + n
              + " choices each exceed the "
              + maxQueued
              + " requests that may wait; send fewer at a time");
    }
  }

  /** The same, with the end of each choice counted. */
  Generation measured(RequestMetrics metrics) {
    List<Flux<TextDelta>> measured = choices.stream().map(metrics::measure).toList();
    return new Generation(prompts, choicesPerPrompt, measured, states);
  }

  /** All choices in one stream, each a single token ahead of its reader at most. */
  Flux<TextDelta> merged() {
    return choices.size() == 1
        ? choices.getFirst()
        : Flux.merge(Flux.fromIterable(choices), choices.size(), 1);
  }

  int promptTokens() {
    return prompts.stream().mapToInt(prompt -> prompt.length).sum();
  }

  /** The prompt that a choice answers. */
  int promptOf(int choice) {
    return choice / choicesPerPrompt;
  }

  /** Whether a choice is its prompt's first. */
  boolean isFirstOfPrompt(int choice) {
    return choice % choicesPerPrompt == 0;
  }
}
