// How fast an answer flows: time to the first token, tokens per second, and the flow over time.

const BUCKETS = 40;
const FIRST_BUCKET_MILLIS = 50;

/** Counts one answer's tokens from the moment it is made, which is when the request leaves. */
export class TokenMeter {
  #sentMillis = performance.now();
  #firstMillis = 0;
  #lastMillis = 0;
  #arrivals = 0;
  #buckets = new Array(BUCKETS).fill(0);
  #bucketMillis = FIRST_BUCKET_MILLIS;
  #resumed;

  /** `resumed` is true where the answer's beginning was not seen. */
  constructor(resumed = false) {
    this.#resumed = resumed;
  }

  /** Notes that a token arrived now. */
  tick(nowMillis = performance.now()) {
    this.#firstMillis ||= nowMillis;
    this.#lastMillis = nowMillis;
    this.#arrivals++;
    this.#bucketFor(nowMillis - this.#firstMillis);
  }

  /**
   * The figures so far. The server's count is used where it is known (`usage`); before, and when an
   * answer is stopped, arrivals stand in for tokens and `approximate` says so.
   */
  stats(usage = null) {
    const tokens = usage?.completion_tokens ?? this.#arrivals;
    const flowSeconds = (this.#lastMillis - this.#firstMillis) / 1000;
    const timed = this.#resumed ? this.#arrivals : tokens;
    const filled = Math.floor((this.#lastMillis - this.#firstMillis) / this.#bucketMillis) + 1;
    return {
      promptTokens: usage?.prompt_tokens ?? null,
      cachedTokens: usage?.prompt_tokens_details?.cached_tokens ?? null,
      completionTokens: tokens,
      approximate: !usage,
      firstTokenMillis: this.#firstMillis && !this.#resumed ? this.#firstMillis - this.#sentMillis : null,
      // The first token marks the start of the flow, so it is not part of the rate.
      tokensPerSecond: flowSeconds > 0 && timed > 1 ? (timed - 1) / flowSeconds : null,
      flow: this.#arrivals > 1 ? this.#buckets.slice(0, filled) : [],
    };
  }

  // A long answer halves the resolution rather than growing the list.
  #bucketFor(elapsedMillis) {
    while (elapsedMillis >= this.#bucketMillis * BUCKETS) {
      const sums = [];
      for (let i = 0; i < BUCKETS; i += 2) sums.push(this.#buckets[i] + this.#buckets[i + 1]);
      this.#buckets = [...sums, ...new Array(BUCKETS - sums.length).fill(0)];
      this.#bucketMillis *= 2;
    }
    this.#buckets[Math.floor(elapsedMillis / this.#bucketMillis)]++;
  }
}
