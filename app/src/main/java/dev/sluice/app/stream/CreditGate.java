package dev.sluice.app.stream;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The gate between a stream and its reader, which opens for exactly as many tokens as the reader
 * has granted. What the transport asks for beyond that is kept back: a transport asks to fill its
 * buffers, a reader only for what it can use.
 *
 * <p>One per stream. Grants come from any thread and never wait.
 */
public final class CreditGate {
  /** What a reader that says nothing has granted. */
  public static final int DEFAULT_CREDIT = 64;

  /** The most that may be granted and not used: what a stream may buffer is bounded by it. */
  public static final int MAX_CREDIT = 4096;

  /** What became of a grant. */
  public enum Grant {
    /** It counts. */
    ACCEPTED,
    /** With it, more than {@link #MAX_CREDIT} tokens would be granted and not used; it is void. */
    EXCEEDED,
    /** The stream has ended; it is void. */
    ENDED
  }

  /** Granted and not yet emitted. */
  private final AtomicInteger outstanding;

  /** Granted and not yet requested from the stream. */
  private final AtomicLong credit;

  private volatile @Nullable Valve<?> valve;
  private volatile boolean ended;

  /** A gate that is open for so many tokens from the start. */
  public CreditGate(int initialCredit) {
    requireInRange(initialCredit);
    outstanding = new AtomicInteger(initialCredit);
    credit = new AtomicLong(initialCredit);
  }

  /** Whether a reader may grant so much at once. */
  public static boolean isInRange(long n) {
    return n > 0 && n <= MAX_CREDIT;
  }

  private static void requireInRange(int n) {
    if (!isInRange(n)) {
      throw new IllegalArgumentException("credit " + n + " is outside of 1 to " + MAX_CREDIT);
    }
  }

  /** Opens the gate for {@code n} more tokens. */
  public Grant grant(int n) {
    requireInRange(n);
    if (ended) {
      return Grant.ENDED;
    }
    int before = outstanding.getAndUpdate(now -> now + n > MAX_CREDIT ? now : now + n);
    if (before + n > MAX_CREDIT) {
      return Grant.EXCEEDED;
    }
    credit.addAndGet(n);
    Valve<?> current = valve;
    if (current != null) {
      current.drain();
    }
    return Grant.ACCEPTED;
  }

  /** The same stream behind the gate; to be subscribed to once. */
  public <T> Flux<T> limit(Flux<T> stream) {
    return new Flux<>() {
      @Override
      public void subscribe(CoreSubscriber<? super T> reader) {
        Valve<T> subscribed = new Valve<>(reader);
        valve = subscribed;
        stream.subscribe(subscribed);
      }
    };
  }

  /** A subscription behind the gate. */
  private final class Valve<T> implements CoreSubscriber<T>, Subscription {
    private final CoreSubscriber<? super T> reader;
    private final AtomicLong requested = new AtomicLong();
    private final AtomicInteger wip = new AtomicInteger();
    private volatile @Nullable Subscription upstream;

    Valve(CoreSubscriber<? super T> reader) {
      this.reader = reader;
    }

    @Override
    public Context currentContext() {
      return reader.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      reader.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      if (Operators.validate(n)) {
        requested.accumulateAndGet(n, Operators::addCap);
        drain();
      }
    }

    /** Passes on what is both requested and granted; reentrant, since a request may emit. */
    void drain() {
      Subscription stream = upstream;
      if (stream == null || wip.getAndIncrement() != 0) {
        return;
      }
      int missed = 1;
      while (missed != 0) {
        long n = Math.min(requested.get(), credit.get());
        if (n > 0) {
          credit.addAndGet(-n);
          requested.updateAndGet(r -> r == Long.MAX_VALUE ? r : r - n);
          stream.request(n);
        }
        missed = wip.addAndGet(-missed);
      }
    }

    @Override
    public void onNext(T item) {
      outstanding.decrementAndGet();
      reader.onNext(item);
    }

    @Override
    public void onComplete() {
      ended = true;
      reader.onComplete();
    }

    @Override
    public void onError(Throwable failure) {
      ended = true;
      reader.onError(failure);
    }

    @Override
    public void cancel() {
      ended = true;
      Subscription stream = upstream;
      if (stream != null) {
        stream.cancel();
      }
    }
  }
}
