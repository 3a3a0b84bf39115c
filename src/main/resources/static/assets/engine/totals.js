// The engine in a few numbers.

import { el } from "../dom.js";
import { styleColour } from "./colours.js";
import { Rate } from "./rates.js";

const STATES = [
  ["running", "running"],
  ["yielded", "yielding"],
  ["stalled", "stalled"],
  ["paused", "paused"],
  ["preempted", "preempted"],
  ["waiting", "in the queue"],
];
const HISTORY = 150;

/** Shows a view's totals. */
export class Totals {
  #tokens = document.getElementById("tokens-per-second");
  #steps = document.getElementById("steps-per-second");
  #flow = document.getElementById("flow");
  #tokenRate = new Rate();
  #stepRate = new Rate();
  #history = [];
  #numbers = new Map();

  constructor() {
    const items = STATES.map(([state, words]) => {
      const number = el("strong", { text: "0" });
      this.#numbers.set(state, number);
      return el("li", { class: "count", "data-state": state }, number, el("span", { text: words }));
    });
    document.getElementById("counts").replaceChildren(...items);
  }

  show(view) {
    const tokensPerSecond = this.#tokenRate.add(view.generated_tokens);
    this.#tokens.textContent = rounded(tokensPerSecond);
    this.#steps.textContent = rounded(this.#stepRate.add(view.steps));
    for (const [state, number] of this.#numbers) {
      const text = view[state].toLocaleString("en");
      if (number.textContent !== text) number.textContent = text;
      number.parentElement.dataset.any = String(view[state] > 0);
    }
    document.body.dataset.running = String(view.running > 0);
    this.#history.push(tokensPerSecond);
    if (this.#history.length > HISTORY) this.#history.shift();
    this.#drawFlow();
  }

  #drawFlow() {
    const { clientWidth: width, clientHeight: height } = this.#flow;
    this.#flow.width = width * devicePixelRatio;
    this.#flow.height = height * devicePixelRatio;
    const context = this.#flow.getContext("2d");
    context.scale(devicePixelRatio, devicePixelRatio);
    const highest = Math.max(1, ...this.#history);
    context.beginPath();
    this.#history.forEach((rate, i) => {
      const x = width - (this.#history.length - 1 - i) * (width / (HISTORY - 1));
      const y = height - 1.5 - (rate / highest) * (height - 3);
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.strokeStyle = styleColour("--accent");
    context.lineWidth = 1.5;
    context.lineJoin = "round";
    context.stroke();
  }
}

function rounded(rate) {
  return rate < 10 ? rate.toFixed(1).replace(".0", "") : Math.round(rate).toLocaleString("en");
}
