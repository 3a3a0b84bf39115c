package dev.sluice.app.bench.burst;

import dev.sluice.engine.scheduler.Sequence;
import dev.sluice.engine.stream.ReaderPace;

/**
 * A reader who reads at its own speed and grants what it has read anew a few tokens at a time, on
 * virtual time.
 */
final class PacedReader {
  /** Tokens read before they are granted anew: often enough to tell how far the reader is. */
  private static final int GRANT = 16;

  private final Request request;
  private final long nanosPerToken;
  private final int window;
  private final int lookahead;
  private final boolean credits;
  private final ReaderPace pace = new ReaderPace();

  private int generated;
  private int read;
  private long firstTokenNanos = -1;
  private long nextReadNanos; // when the next token will have been read, if it is there
  private long dryNanos;

  PacedReader(Request request, int window, int lookahead, boolean credits) {
    this.request = request;
    this.window = window;
    this.lookahead = lookahead;
    this.credits = credits;
    nanosPerToken = (long) (1e9 / request.readingRate());
  }

  private int granted() {
    return window + read / GRANT * GRANT;
  }

  /** Tokens that the engine may generate now. */
  long demand() {
    return credits ? Math.max(0, granted() + lookahead - generated) : Long.MAX_VALUE;
  }

  /** When it will have read all, as the engine can tell. */
  long dryAtNanos(long now) {
    return credits
        ? pace.dryAtNanos(granted(), Math.min(generated, granted()), now)
        : Sequence.NO_LEAD;
  }

  /** A token has come. */
  void token(long now) {
    readUntil(now);
    if (firstTokenNanos < 0) {
      firstTokenNanos = now;
      nextReadNanos = now + nanosPerToken;
    } else if (read == generated) {
      dryNanos += Math.max(0, now - (nextReadNanos - nanosPerToken));
      nextReadNanos = Math.max(now, nextReadNanos - nanosPerToken) + nanosPerToken;
    }
    generated++;
  }

  /** Lets it read what it has. */
  void readUntil(long now) {
    while (read < generated && nextReadNanos <= now) {
      read++;
      nextReadNanos += nanosPerToken;
    }
  }

  /** When it will next grant something if nothing comes; {@code Long.MAX_VALUE} for never. */
  long nextGrantNanos() {
    int toRead = GRANT - read % GRANT;
    return credits && read + toRead <= generated
        ? nextReadNanos + (toRead - 1) * nanosPerToken
        : Long.MAX_VALUE;
  }

  int read() {
    return read;
  }

  /** How long it waited, or has waited by now, for its first token. */
  long timeToFirstTokenNanos(long now) {
    return (firstTokenNanos < 0 ? now : firstTokenNanos) - request.arrivalNanos();
  }

  /** For how long it waited in the middle of its answer. */
  long dryNanos(long now) {
    boolean dry = read == generated && generated > 0 && generated < request.outputTokens();
    return dryNanos + (dry ? Math.max(0, now - (nextReadNanos - nanosPerToken)) : 0);
  }

  /** For how long it has been reading or waiting to read on. */
  long readingNanos(long now) {
    if (firstTokenNanos < 0) {
      return 0;
    }
    boolean over = read == request.outputTokens();
    return (over ? nextReadNanos - nanosPerToken : now) - firstTokenNanos;
  }
}
