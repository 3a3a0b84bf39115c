// One sequence as a row: its state, how far it is, what its reader does, and what may be done to it.

import { el, icon } from "../dom.js";
import { ownerColour } from "./colours.js";

const NUMBERS = [
  ["demand", "Demand", ({ demand }) => count(demand)],
  ["lead", "Lead", ({ lead }) => count(lead)],
  ["rate", "Reads", ({ reading_rate: rate }) => (rate > 0 ? `${rate}/s` : "–")],
  ["blocks", "Blocks", ({ blocks, offloaded_blocks: host }) => (host > 0 ? `${host} in host` : count(blocks.length))],
  ["stalls", "Stalls", ({ stalls }) => count(stalls)],
  ["preemptions", "Preempted", ({ preemptions }) => count(preemptions)],
];

/** A row of the table, shown anew with each view; only what has changed is touched. */
export class Lane {
  #swatch = el("span", { class: "swatch", "aria-hidden": "true" });
  #name = el("span", { class: "lane-name" });
  #about = el("span", { class: "lane-about" });
  #state = el("span", { class: "state" });
  #promptPart = el("span", { class: "part part-prompt" });
  #answerPart = el("span", { class: "part part-answer" });
  #bar = el("span", { class: "progress", role: "img" }, this.#promptPart, this.#answerPart);
  #progress = el("span", { class: "progress-words" });
  #numbers = NUMBERS.map(([name, label]) => el("td", { class: "number", "data-label": label, "data-name": name }));
  #hold = el("button", { type: "button", class: "icon-button lane-hold" });
  #abort = el("button", { type: "button", class: "icon-button lane-abort" }, icon("close"));
  #isHeld = null;

  /** `act(action)` does something to the sequence, `mark(on)` makes its blocks stand out. */
  constructor(id, act, mark) {
    this.id = id;
    this.#name.textContent = id.replace(/^(chatcmpl|cmpl)-(.{8}).*?(-\w+)?$/, "$2$3");
    label(this.#abort, `Abort ${this.#name.textContent}`);
    this.#hold.addEventListener("click", () => act(this.#isHeld ? "resume" : "pause"));
    this.#abort.addEventListener("click", () => act("abort"));
    this.node = el(
      "tr",
      { class: "lane", "data-id": id },
      el("th", { scope: "row", title: id }, this.#swatch, this.#name, this.#about),
      el("td", { class: "lane-state" }, this.#state),
      el("td", { class: "lane-progress" }, this.#bar, this.#progress),
      ...this.#numbers,
      el("td", { class: "lane-actions" }, this.#hold, this.#abort),
    );
    for (const type of ["pointerenter", "focusin"]) this.node.addEventListener(type, () => mark(true));
    for (const type of ["pointerleave", "focusout"]) this.node.addEventListener(type, () => mark(false));
  }

  /** Shows the sequence as it is now. */
  show(sequence, hue, isDark) {
    const { state, held, prompt_tokens: prompt, computed_tokens: computed, generated_tokens: generated } = sequence;
    set(this.node.dataset, "state", state);
    set(this.#state.dataset, "state", state);
    set(this.#state, "textContent", stateWords(sequence));
    this.#swatch.style.background = ownerColour(hue, true, isDark);
    set(this.#about, "textContent", aboutWords(sequence));
    const total = prompt + sequence.max_tokens;
    const read = Math.min(prompt, computed);
    this.#promptPart.style.width = `${(read / total) * 100}%`;
    this.#answerPart.style.width = `${(generated / total) * 100}%`;
    const words = read < prompt ? `prompt ${count(read)} of ${count(prompt)}` : `${count(generated)} of ${count(sequence.max_tokens)}`;
    set(this.#progress, "textContent", words);
    this.#bar.setAttribute("aria-label", `prompt ${read} of ${prompt}, answer ${generated} of at most ${sequence.max_tokens} tokens`);
    NUMBERS.forEach(([, , textOf], i) => set(this.#numbers[i], "textContent", textOf(sequence)));
    if (held !== this.#isHeld) this.#showHeld(held);
  }

  /** Moves the focus to the button that `like` is in its row, or the first. */
  focus(like = null) {
    (like?.classList.contains("lane-abort") ? this.#abort : this.#hold).focus();
  }

  #showHeld(held) {
    this.#isHeld = held;
    this.#hold.replaceChildren(icon(held ? "play" : "pause"));
    label(this.#hold, `${held ? "Resume" : "Pause"} ${this.#name.textContent}`);
  }
}

function stateWords({ state, held }) {
  return held ? `${state}, held` : state;
}

function aboutWords({ age_ms: age, idle_ms: idle, priority, on_stall: policy }) {
  const parts = [seconds(age)];
  if (idle >= 1000) parts.push(`idle ${seconds(idle)}`);
  if (priority !== 0) parts.push(`priority ${priority}`);
  if (policy !== "pause") parts.push(policy);
  return parts.join(", ");
}

function seconds(millis) {
  const whole = Math.floor(millis / 1000);
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min`;
}

function count(n) {
  return n.toLocaleString("en");
}

function set(target, property, value) {
  if (target[property] !== value) target[property] = value;
}

function label(button, text) {
  button.setAttribute("aria-label", text);
  button.title = text;
}
