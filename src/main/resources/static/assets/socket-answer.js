// One answer over the socket: its frames as items, its credit, and its way back after a lost
// connection.

import { ApiError } from "./api.js";

/** Tokens granted before any was shown. */
export const CREDIT = 64;

// The server keeps a stream for 60 s.
const GIVE_UP_MILLIS = 55_000;
const FIRST_RETRY_MILLIS = 200;
const LAST_RETRY_MILLIS = 4000;

// A frame has no HTTP status; these are those that a POST would have had.
const STATUS_BY_CODE = {
  loading: 503,
  shutting_down: 503,
  queue_timeout: 503,
  queue_full: 429,
  too_many_streams: 429,
  model_not_found: 404,
  stream_not_found: 404,
  stream_taken_over: 409,
  events_lost: 410,
};

/** An answer that is asked for, or gone on with, when its items are taken. */
export class SocketAnswer {
  #socket;
  #id = crypto.getRandomValues(new Uint32Array(2)).join("-");
  #request;
  #stream;
  #seq;
  #granted = CREDIT;
  #received = 0;
  #frames = [];
  #wake = () => {};
  #ended = false;

  /** Asks `request`, or goes on with `stream` after the token of number `after`. */
  constructor(socket, { request = null, stream = null, after = -1 }) {
    this.#socket = socket;
    this.#request = request;
    this.#stream = stream;
    this.#seq = after;
  }

  /** Lets the server go on for `n` more tokens. */
  grant(n) {
    this.#granted += n;
    this.#socket.send({ type: "credit", id: this.#id, n });
  }

  /**
   * The answer as it comes: `{ kind: "opened", stream }`, `{ kind: "token", text, seq }`,
   * `{ kind: "state", … }` and, last, `{ kind: "end", finish, usage }`. A lost connection is mended
   * on the way. Throws what ends the answer otherwise; an abort of `signal` cancels it.
   */
  async *items(signal) {
    this.#socket.listen(this.#id, (frame) => this.#add(frame));
    const wake = () => this.#wake();
    signal.addEventListener("abort", wake);
    try {
      if (this.#request) await this.#generate();
      else this.#frames.push(null);
      for (;;) {
        signal.throwIfAborted();
        if (this.#frames.length === 0) await new Promise((resolve) => (this.#wake = resolve));
        else if (this.#frames[0] === null) yield* this.#resume(signal);
        else yield this.#itemOf(this.#frames.shift());
        if (this.#ended) return;
      }
    } finally {
      signal.removeEventListener("abort", wake);
      if (!this.#ended) this.#socket.send({ type: "cancel", id: this.#id });
      this.#socket.unlisten(this.#id);
    }
  }

  #add(frame) {
    this.#frames.push(frame);
    this.#wake();
  }

  async #generate() {
    await this.#socket.open();
    this.#socket.send({ type: "generate", id: this.#id, resumable: true, credit: CREDIT, request: this.#request });
  }

  async *#resume(signal) {
    if (!this.#stream) throw new ApiError("The connection was lost before the answer began.");
    const giveUpMillis = performance.now() + GIVE_UP_MILLIS;
    let retryMillis = FIRST_RETRY_MILLIS;
    yield { kind: "state", state: "reconnecting" };
    for (;;) {
      try {
        await this.#socket.open();
        break;
      } catch (error) {
        if (performance.now() > giveUpMillis) throw error;
      }
      await pause(retryMillis, signal);
      retryMillis = Math.min(LAST_RETRY_MILLIS, retryMillis * 2);
    }
    this.#frames = [];
    // What was granted and did not come is granted again; nothing at all can't be granted.
    const credit = Math.max(1, this.#granted - this.#received);
    this.#granted = this.#received + credit;
    this.#socket.send({ type: "resume", id: this.#id, stream: this.#stream, after: this.#seq, credit });
  }

  #itemOf(frame) {
    switch (frame.type) {
      case "opened":
        this.#stream = frame.stream;
        return { kind: "opened", stream: frame.stream };
      case "token":
        this.#seq = frame.seq;
        this.#received++;
        return { kind: "token", text: frame.delta, thought: "", seq: frame.seq };
      case "done":
        this.#ended = true;
        return { kind: "end", finish: frame.finish_reason, usage: frame.usage };
      case "error":
        return this.#failed(frame.error);
      default:
        return { kind: "state", ...frame };
    }
  }

  #failed({ message, type, code }) {
    this.#ended = true;
    const begun = this.#received > 0 || !this.#request;
    const status = STATUS_BY_CODE[code] ?? (type === "invalid_request_error" ? 400 : begun ? 200 : 500);
    throw new ApiError(message || "The server gave no reason.", { status, type, code });
  }
}

function pause(millis, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, millis);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    }, { once: true });
  });
}
