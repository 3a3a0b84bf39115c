// Counters that only grow, as rates.

const WINDOW_MILLIS = 1200;

/** A counter's growth per second over the last moment. */
export class Rate {
  #samples = [];

  /** Takes the counter's value as of now and returns the rate. */
  add(value, nowMillis = performance.now()) {
    // A counter that has shrunk is another server's.
    if (this.#samples.length > 0 && value < this.#samples.at(-1).value) this.#samples = [];
    this.#samples.push({ value, millis: nowMillis });
    while (this.#samples.length > 2 && nowMillis - this.#samples[1].millis >= WINDOW_MILLIS) this.#samples.shift();
    const [first] = this.#samples;
    const elapsedMillis = nowMillis - first.millis;
    return elapsedMillis > 0 ? ((value - first.value) * 1000) / elapsedMillis : 0;
  }
}
