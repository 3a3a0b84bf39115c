// One answer over fetch, for where no socket can be had: the same items, without credit and without
// a way back.

import { streamChat } from "./api.js";

/** An answer that is asked for when its items are taken; `onAnswer` hears that it was accepted. */
export class SseAnswer {
  #request;
  #onAnswer;

  constructor(request, onAnswer) {
    this.#request = request;
    this.#onAnswer = onAnswer;
  }

  /** The network's buffers take whatever comes: there is nothing to grant. */
  grant() {}

  /** The items, as those of a socket's answer. */
  async *items(signal) {
    let finish = null;
    let usage = null;
    for await (const item of streamChat(this.#request, signal, this.#onAnswer)) {
      if (item.kind === "comment") {
        if (item.text) yield stateOf(item.text);
        continue;
      }
      usage = item.chunk.usage ?? usage;
      const [choice] = item.chunk.choices ?? [];
      finish = choice?.finish_reason ?? finish;
      const token = tokenOf(choice?.delta ?? {});
      if (token.text || token.thought) yield token;
    }
    yield { kind: "end", finish, usage };
  }
}

function tokenOf({ content, reasoning, reasoning_content: reasoningContent }) {
  return { kind: "token", text: content ?? "", thought: reasoning ?? reasoningContent ?? "", seq: null };
}

// Comments are the scheduler's words: "queued position=3", "prefill 128/512", "paused".
function stateOf(comment) {
  const [state, rest = ""] = comment.split(" ");
  const [computed, total] = rest.split("/").map(Number);
  const position = Number(rest.replace("position=", ""));
  return { kind: "state", state, position, computed, total };
}
