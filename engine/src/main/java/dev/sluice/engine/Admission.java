package dev.sluice.engine;

import dev.sluice.engine.EngineException.Kind;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The waiting queue's account: how many requests and tokens wait, against how many may.
 * Thread-safe.
 *
 * <p>A place is taken as soon as a request has arrived, so that a burst is refused before each of
 * its prompts has been tokenised.
 */
public final class Admission {
  private static final int MAX_RETRY_AFTER_SECONDS = 60;

  private final int maxRequests;
  private final long maxTokens;
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicLong tokens = new AtomicLong();
  private volatile double nanosPerToken;

  Admission(int maxRequests, long maxTokens) {
    this.maxRequests = maxRequests;
    this.maxTokens = maxTokens;
  }

  /**
   * Takes places for requests with so many prompt tokens in all.
   *
   * @throws EngineException of kind {@code QUEUE_FULL}, which says when to try again
   */
  public Place take(int requestCount, long tokenCount) {
    int requestsBefore = requests.getAndAdd(requestCount);
    long tokensBefore = tokens.getAndAdd(tokenCount);
    Place place = new Place(requestCount, tokenCount);
    if (requestsBefore + requestCount > maxRequests) {
      place.close();
      throw full(requestsBefore + " requests", "" + maxRequests, tokensBefore);
    }
    // One that is alone may be as long as it likes: the context is its limit.
    if (tokensBefore > 0 && tokensBefore + tokenCount > maxTokens) {
      place.close();
      throw full(
          "requests with " + tokensBefore + " prompt tokens", maxTokens + " tokens", tokensBefore);
    }
    return place;
  }

  private EngineException full(String waiting, String limit, long waitingTokens) {
    return new EngineException(
        Kind.QUEUE_FULL,
        waiting + " are waiting already, the limit is " + limit + "; try again later",
        retryAfter(waitingTokens));
  }

  /** How long what waits will take at the measured rate; at least a second. */
  private Duration retryAfter(long waitingTokens) {
    double nanos = waitingTokens * nanosPerToken;
    long seconds = (long) Math.ceil(nanos / TimeUnit.SECONDS.toNanos(1));
    return Duration.ofSeconds(Math.clamp(seconds, 1, MAX_RETRY_AFTER_SECONDS));
  }

  /** Takes in what a prompt's token costs now, in ns. */
  void measured(double prefillNanosPerToken) {
    nanosPerToken = prefillNanosPerToken;
  }

  /** Requests that wait, or are being tokenised. */
  public int waitingRequests() {
    return requests.get();
  }

  /** Their prompt tokens, estimated where they have not been counted yet. */
  public long waitingTokens() {
    return tokens.get();
  }

  /** A place in the queue, until it is closed. */
  public final class Place implements AutoCloseable {
    private final int requestCount;
    private final long tokenCount;
    private final AtomicBoolean left = new AtomicBoolean();

    private Place(int requestCount, long tokenCount) {
      this.requestCount = requestCount;
      this.tokenCount = tokenCount;
    }

    /** Gives the place back; any number of times. */
    @Override
    public void close() {
      if (left.compareAndSet(false, true)) {
        requests.addAndGet(-requestCount);
        tokens.addAndGet(-tokenCount);
      }
    }
  }
}
