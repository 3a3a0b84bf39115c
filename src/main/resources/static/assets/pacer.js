// Between the tokens that come and those that are shown: the reader's pace, told to the server as
// credit for what was shown and nothing else.

/** Tokens shown before as many more are granted. */
const GRANT = 32;
const BACKGROUND_MILLIS = 1000;
// What may be made up for after a late frame; more would be a burst.
const MAX_LAG_SECONDS = 1.2;

/**
 * Shows tokens frame by frame. A hidden page has no frames, so it shows nothing and grants nothing:
 * its answer stalls, by its own choice, unless it is to go on in the background.
 */
export class Pacer {
  #show;
  #grant;
  #reading;
  #queue = [];
  #frame = 0;
  #timer = 0;
  #lastMillis = 0;
  #allowance = 0;
  #ungranted = 0;
  #complete = false;
  #done = () => {};
  #onVisibility = () => this.#schedule();

  /**
   * `show(tokens)` puts them on the page, `grant(n)` tells the server, `reading()` gives
   * `{ pace, background }`: tokens per second or 0, and whether a hidden page reads on.
   */
  constructor({ show, grant, reading }) {
    this.#show = show;
    this.#grant = grant;
    this.#reading = reading;
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  /** Takes a token. */
  add(token) {
    if (this.#queue.length === 0) this.#startClock();
    this.#queue.push(token);
    this.#schedule();
  }

  /** Resolves once everything is shown; nothing is to be added any more. */
  finish() {
    this.#complete = true;
    return new Promise((resolve) => {
      this.#done = resolve;
      this.#schedule();
    });
  }

  /** Ends; `flush` shows the rest at once. */
  stop(flush) {
    document.removeEventListener("visibilitychange", this.#onVisibility);
    cancelAnimationFrame(this.#frame);
    clearInterval(this.#timer);
    if (flush && this.#queue.length > 0) this.#show(this.#queue);
    this.#queue = [];
  }

  #schedule() {
    if (this.#queue.length === 0) {
      if (this.#complete) this.#done();
      return;
    }
    if (document.hidden && this.#complete) {
      this.#showSome(this.#queue.length); // the server is done, so there is nothing to hold back
      return;
    }
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#showSome(this.#due());
    });
    if (document.hidden && this.#reading().background) {
      this.#timer ||= setInterval(() => this.#tick(), BACKGROUND_MILLIS);
    }
  }

  #tick() {
    if (!document.hidden || this.#queue.length === 0) {
      clearInterval(this.#timer);
      this.#timer = 0;
    } else {
      this.#showSome(this.#due());
    }
  }

  #startClock() {
    this.#lastMillis = performance.now();
    this.#allowance = Math.min(1, this.#allowance);
  }

  #due() {
    const { pace } = this.#reading();
    if (pace === 0) return this.#queue.length;
    const nowMillis = performance.now();
    const lagSeconds = Math.min(MAX_LAG_SECONDS, (nowMillis - this.#lastMillis) / 1000);
    this.#lastMillis = nowMillis;
    this.#allowance += lagSeconds * pace;
    const due = Math.min(this.#queue.length, Math.floor(this.#allowance));
    this.#allowance -= due;
    return due;
  }

  #showSome(count) {
    if (count > 0) {
      this.#show(this.#queue.splice(0, count));
      // After the frame that paints them, not before.
      setTimeout(() => this.#shown(count), 0);
    }
    this.#schedule();
  }

  #shown(count) {
    this.#ungranted += count;
    const n = this.#ungranted - (this.#ungranted % GRANT);
    if (n === 0 || this.#complete) return;
    this.#ungranted -= n;
    this.#grant(n);
  }
}
