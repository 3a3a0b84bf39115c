// One answer in the making: takes what comes, shows it at the reader's pace, keeps the figures.

import { TokenMeter } from "./meter.js";
import { Pacer } from "./pacer.js";
import { settings } from "./settings.js";
import { wordsFor } from "./stream-state.js";

/** Brings an answer's items into a message and its view. */
export class AnswerRun {
  #message;
  #view;
  #painted;
  #opened;
  #meter;
  #usage = null;

  /** `painted()` is called after each change of the page, `opened(stream)` once it can be resumed. */
  constructor(message, view, { painted, opened }) {
    this.#message = message;
    this.#view = view;
    this.#painted = painted;
    this.#opened = opened;
    this.#meter = new TokenMeter(message.content !== "");
    view.begin();
  }

  /** Follows an answer to its end. */
  async follow(answer, signal) {
    const pacer = new Pacer({
      show: (tokens) => this.#show(tokens),
      grant: (n) => answer.grant(n),
      reading: () => settings,
    });
    try {
      for await (const item of answer.items(signal)) await this.#take(item, pacer, signal);
    } finally {
      // Who stops a paced answer wants no burst of what was still to come.
      pacer.stop(!signal.aborted || settings.pace === 0);
    }
  }

  /** Shows the end. */
  settle() {
    this.#message.stats = this.#meter.stats(this.#usage);
    this.#view.settle(true);
  }

  async #take(item, pacer, signal) {
    switch (item.kind) {
      case "opened":
        this.#opened(item.stream);
        break;
      case "state":
        this.#view.showState(item.state, wordsFor(item));
        break;
      case "token":
        this.#meter.tick();
        pacer.add(item);
        break;
      case "end":
        await untilAborted(pacer.finish(), signal);
        this.#usage = item.usage;
        this.#message.finish = item.finish;
        break;
    }
  }

  #show(tokens) {
    for (const { text, thought, seq } of tokens) {
      if (thought) this.#message.reasoning += thought;
      if (text) {
        this.#message.content += text;
        this.#view.append(text);
      }
      if (seq !== null) this.#message.seq = seq;
    }
    this.#view.paint(this.#meter.stats());
    this.#painted();
  }
}

function untilAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    promise.then(resolve);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });
}
