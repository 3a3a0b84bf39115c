// Whether there is a server that can answer, and with which models. Asks until there is one:
// a model may load for minutes, and a server may be restarted while the page is open.

import { ApiError, health, listModels } from "./api.js";

const FIRST_RETRY_MILLIS = 1000;
const LAST_RETRY_MILLIS = 8000;

/**
 * The connection's state: "connecting", "ready", "loading", "failed", "shutting_down", "offline" or
 * "unauthorized".
 * Sends a "change" event whenever it or the list of models changes.
 */
export class Connection extends EventTarget {
  state = "connecting";
  models = [];
  #retryMillis = FIRST_RETRY_MILLIS;
  #timer = 0;

  /** Whether it is known that a message cannot be answered now. */
  get unable() {
    return ["loading", "failed", "shutting_down"].includes(this.state);
  }

  /** Asks now, and again later while the answer is not final. */
  async check() {
    clearTimeout(this.#timer);
    try {
      // Health first: models may be listed before they can generate.
      const readiness = await health();
      if (readiness !== "ready") return this.#become(readiness);
      this.models = await listModels();
      this.#become("ready");
    } catch (error) {
      this.#become(stateAfter(error));
    }
  }

  /** Takes note of how a request failed: what may be news about the server is looked into. */
  async noteFailure(error) {
    if (stateAfter(error) !== "ready") await this.check();
  }

  #become(state) {
    this.state = state;
    if (state === "ready" || state === "unauthorized") this.#retryMillis = FIRST_RETRY_MILLIS;
    else this.#checkLater();
    this.dispatchEvent(new Event("change"));
  }

  #checkLater() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), this.#retryMillis);
    this.#retryMillis = Math.min(LAST_RETRY_MILLIS, this.#retryMillis * 1.5);
  }
}

function stateAfter(error) {
  if (!(error instanceof ApiError)) return "offline";
  if (error.status === 0) return "offline";
  if (error.status === 401 || error.status === 403) return "unauthorized";
  return error.status === 503 && error.code === "loading" ? "loading" : "ready";
}
