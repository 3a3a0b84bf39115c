// The engine's event stream: one view after the other, for as long as the page is looked at.

import { ApiError, errorOf, networkErrorsAsApiErrors, send } from "../api.js";
import { readEvents } from "../sse.js";

const FIRST_RETRY_MILLIS = 500;
const LAST_RETRY_MILLIS = 5000;
/** A view comes five times a second; without any for so long the connection is dead. */
const SILENCE_MILLIS = 15_000;

/**
 * Follows the stream and comes back after it was lost. Sends "view" with each view, and "change"
 * when `state` or `problem` has: "connecting", "live", "lost", "unauthorized" or "hidden".
 */
export class EngineFeed extends EventTarget {
  state = "connecting";
  problem = "";
  #abort = null;
  #retryMillis = FIRST_RETRY_MILLIS;
  #wake = () => {};

  constructor() {
    super();
    // Nobody looks at a hidden page, so nothing is asked for it.
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#abort?.abort();
      this.#wake();
    });
    // The browser may know of a lost network long before the stream does.
    addEventListener("offline", () => this.#abort?.abort(new ApiError("The network is gone.")));
    addEventListener("online", () => this.#wake());
  }

  /** Follows the stream until the page goes. */
  async run() {
    for (;;) {
      if (document.hidden) {
        this.#become("hidden");
        await this.#pause(Infinity);
        continue;
      }
      try {
        await this.#follow();
        this.#become("lost", "The server ended the stream.");
      } catch (error) {
        if (document.hidden) continue;
        const refused = error instanceof ApiError && (error.status === 401 || error.status === 403);
        this.#become(refused ? "unauthorized" : "lost", error.message);
      }
      await this.#pause(this.state === "unauthorized" ? Infinity : this.#retryMillis);
      this.#retryMillis = Math.min(LAST_RETRY_MILLIS, this.#retryMillis * 1.6);
    }
  }

  /** Tries again at once. */
  retry() {
    this.#wake();
  }

  async #follow() {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    let silence = this.#watch();
    try {
      const response = await send("v1/engine/events", { headers: { Accept: "text/event-stream" }, signal });
      if (!response.ok) throw await errorOf(response);
      for await (const item of networkErrorsAsApiErrors(readEvents(response.body))) {
        clearTimeout(silence);
        silence = this.#watch();
        if (item.kind !== "event") continue;
        this.#retryMillis = FIRST_RETRY_MILLIS;
        this.#become("live");
        this.dispatchEvent(new CustomEvent("view", { detail: JSON.parse(item.data) }));
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #watch() {
    const dead = new ApiError("The server has been silent for too long.");
    return setTimeout(() => this.#abort.abort(dead), SILENCE_MILLIS);
  }

  #pause(millis) {
    return new Promise((resolve) => {
      const timer = millis === Infinity ? 0 : setTimeout(resolve, millis);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #become(state, problem = "") {
    if (state === this.state && problem === this.problem) return;
    this.state = state;
    this.problem = problem;
    this.dispatchEvent(new Event("change"));
  }
}
