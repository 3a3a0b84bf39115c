// One message on the page.

import { copyButton } from "./copy.js";
import { el, iconButton, svg } from "./dom.js";
import { MarkdownStream, renderMarkdown } from "./markdown.js";

const FINISHES = {
  length: "cut at the longest answer",
  stopped: "stopped",
  repetition: "ended for repeating itself",
};

/** What the person wrote, as they wrote it; `edit` changes it, where that is offered. */
export function userView(message, edit) {
  return el(
    "article",
    { class: "message message-user", "aria-label": "You" },
    el("div", { class: "bubble", text: message.content }),
    el(
      "footer",
      { class: "message-foot" },
      copyButton("Copy message", () => message.content),
      edit ? iconButton("pencil", "Edit message", edit) : null,
    ),
  );
}

/** An answer, from its first wait to its last figure. The message is the truth, this its picture. */
export class AnswerView {
  #message;
  #prose = el("div", { class: "prose" });
  #thought = el("pre", { class: "thought-text" });
  #thinking = el("details", { class: "thought", hidden: true }, el("summary", { text: "Thinking" }), this.#thought);
  #waiting = el("p", { class: "waiting", hidden: true });
  #state = el("span", { class: "stream-state", hidden: true });
  #foot = el("footer", { class: "message-foot" });
  #problem = el("div", { class: "problem-slot" });
  #stream = new MarkdownStream(this.#prose);
  #actions;
  #countdown = 0;

  /** `actions.regenerate` is what the buttons of a last answer do. */
  constructor(message, actions) {
    this.#message = message;
    this.#actions = actions;
    this.node = el(
      "article",
      { class: "message message-answer", "aria-label": "Answer" },
      this.#thinking,
      this.#prose,
      this.#waiting,
      this.#problem,
      this.#foot,
    );
  }

  /** Shows a message that is complete. */
  showComplete(isLast) {
    renderMarkdown(this.#prose, this.#message.content);
    this.#showThought();
    this.settle(isLast);
    return this;
  }

  /** Shows what is there of a message that goes on. */
  showBegun() {
    this.append(this.#message.content);
    this.#stream.render();
    this.#showThought();
    return this;
  }

  /** Marks the answer as being made. */
  begin() {
    this.node.setAttribute("aria-busy", "true");
    this.wait("");
  }

  /** Shows why tokens come or don't, by a name of the protocol and in words. */
  showState(state, words) {
    if (!this.#hasText) this.wait(words);
    this.#state.dataset.state = state;
    this.#state.textContent = words;
    this.#state.hidden = words === "";
    if (!this.#state.isConnected) this.#foot.prepend(this.#state);
  }

  /** Shows that no token has come yet, and why if the server says so. */
  wait(reason) {
    this.#waiting.hidden = this.#hasText;
    this.#waiting.textContent = reason;
  }

  get #hasText() {
    return Boolean(this.#message.content || this.#message.reasoning);
  }

  /** Takes a piece of text; `paint` shows it. */
  append(text) {
    this.#stream.append(text);
  }

  /** Shows what came since the last frame. */
  paint(stats) {
    if (this.#hasText) this.#waiting.hidden = true;
    this.#stream.render();
    this.#showThought();
    this.#foot.replaceChildren(this.#state, figures(stats, null));
  }

  /** Shows the answer's end: everything that came, the figures, and what went wrong if it did. */
  settle(isLast) {
    this.#stream.finish();
    this.#showThought();
    this.#waiting.hidden = true;
    this.node.removeAttribute("aria-busy");
    const { content, error, finish } = this.#message;
    if (!content && !error && finish !== "stopped") this.#prose.append(el("p", { class: "nothing", text: "No text came back." }));
    this.#problem.replaceChildren(...(error ? [this.#problemCard(isLast)] : []));
    this.#foot.replaceChildren(...this.#footParts(isLast));
  }

  #footParts(isLast) {
    const { content, error, finish, stats } = this.#message;
    const parts = [];
    if (content) parts.push(copyButton("Copy answer", () => this.#message.content));
    // A failed answer has its own button, with words.
    if (isLast && !error) parts.push(iconButton("again", "Regenerate answer", this.#actions.regenerate));
    if (stats && (content || finish === "stopped")) parts.push(figures(stats, FINISHES[finish] ?? null));
    return parts;
  }

  #showThought() {
    if (!this.#message.reasoning) return;
    this.#thinking.hidden = false;
    this.#thought.textContent = this.#message.reasoning;
  }

  #problemCard(isLast) {
    const { title, detail, retryAfterSeconds } = this.#message.error;
    const retry = el("button", { type: "button", class: "button", onclick: this.#actions.regenerate });
    this.#countDown(retry, retryAfterSeconds ?? 0);
    return el(
      "div",
      { class: "problem", role: "alert" },
      el("p", { class: "problem-title", text: title }),
      el("p", { class: "problem-detail", text: detail }),
      isLast ? retry : null,
    );
  }

  // The button works at once; the seconds are the server's advice, not a lock.
  #countDown(button, seconds) {
    clearTimeout(this.#countdown);
    button.textContent = seconds > 0 ? `Try again (best in ${seconds} s)` : "Try again";
    if (seconds > 0) this.#countdown = setTimeout(() => this.#countDown(button, seconds - 1), 1000);
  }
}

/** The status line: what an answer cost and how it flowed. */
function figures(stats, ending) {
  const { completionTokens, promptTokens, tokensPerSecond, firstTokenMillis, approximate } = stats;
  const about = approximate ? "≈ " : "";
  const parts = [
    ending,
    completionTokens ? `${about}${counted(completionTokens, "token")}` : null,
    tokensPerSecond ? `${tokensPerSecond.toFixed(tokensPerSecond < 10 ? 1 : 0)} tok/s` : null,
    firstTokenMillis === null ? null : `first after ${duration(firstTokenMillis)}`,
    promptTokens === null ? null : `prompt ${counted(promptTokens, "token")}`,
  ].filter((part) => part !== null);
  return el("span", { class: "figures" }, flowLine(stats.flow), el("span", { text: parts.join(" · ") }));
}

/** A sparkline of tokens over time: a stall shows as a gap in the flow. */
function flowLine(flow = []) {
  if (flow.length < 4) return null;
  const highest = Math.max(...flow);
  const points = flow.map((tokens, i) => `${(i / (flow.length - 1)) * 60},${13 - (tokens / highest) * 11}`);
  return svg(
    "svg",
    { class: "flow", viewBox: "0 0 60 14", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("polygon", { points: `0,14 ${points.join(" ")} 60,14` }),
    svg("polyline", { points: points.join(" ") }),
  );
}

function duration(millis) {
  return millis < 1000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`;
}

function counted(count, noun) {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}
