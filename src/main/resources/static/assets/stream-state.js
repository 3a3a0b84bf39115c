// Why tokens come or don't, in words for the person.

const WORDS = {
  queued: ({ position }) => (position ? `In the queue, #${position}` : "In the queue"),
  prefill: ({ computed, total }) => (total ? `Reading the prompt, ${computed} of ${total}` : "Reading the prompt"),
  running: () => "Writing",
  resumed: () => "Writing",
  stalled: () => "Waiting for you",
  paused: () => "Paused until you read on",
  preempted: ({ offloaded }) => (offloaded ? "Set aside in host memory" : "Set aside"),
  reconnecting: () => "Connection lost, trying again",
  "keep-alive": () => "Waiting for the model",
};

/** What a state is called on the page; empty for one that is unknown. */
export function wordsFor(state) {
  return WORDS[state.state]?.(state) ?? "";
}
