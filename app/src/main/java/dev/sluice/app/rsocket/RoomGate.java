package dev.sluice.app.rsocket;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * The same stream, whose reader's demand is passed on while the connection has room, and never more
 * than a burst of it ahead of what was emitted. So a reader's demand is met exactly, and one that
 * asks for everything is as fast as its socket.
 */
final class RoomGate<T> extends Flux<T> {
  /** What a stream may still emit once the room is gone. */
  static final int BURST = 64;

  private final Flux<T> stream;
  private final SocketRoom room;

  RoomGate(Flux<T> stream, SocketRoom room) {
    this.stream = stream;
    this.room = room;
  }

  @Override
  public void subscribe(CoreSubscriber<? super T> reader) {
    stream.subscribe(new Valve<>(reader, room));
  }

  private static final class Valve<T> implements CoreSubscriber<T>, Subscription {
    private final CoreSubscriber<? super T> reader;
    private final SocketRoom room;
    private final Runnable drain = this::drain;

    /** By the reader, and not yet of the stream. */
    private final AtomicLong requested = new AtomicLong();

    /** Of the stream, and not yet emitted. */
    private final AtomicInteger outstanding = new AtomicInteger();

    private final AtomicInteger wip = new AtomicInteger();
    private volatile @Nullable Subscription upstream;

    Valve(CoreSubscriber<? super T> reader, SocketRoom room) {
      this.reader = reader;
      this.room = room;
    }

    @Override
    public Context currentContext() {
      return reader.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      room.await(drain);
      reader.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      if (Operators.validate(n)) {
        requested.accumulateAndGet(n, Operators::addCap);
        drain();
      }
    }

    /** Reentrant, since a request may emit. */
    private void drain() {
      Subscription stream = upstream;
      if (stream == null || wip.getAndIncrement() != 0) {
        return;
      }
      int missed = 1;
      while (missed != 0) {
        long n = room.isThere() ? Math.min(requested.get(), BURST - outstanding.get()) : 0;
        if (n > 0) {
          requested.updateAndGet(r -> r == Long.MAX_VALUE ? r : r - n);
          outstanding.addAndGet((int) n);
          stream.request(n);
        }
        missed = wip.addAndGet(-missed);
      }
    }

    @Override
    public void onNext(T item) {
      int left = outstanding.decrementAndGet();
      reader.onNext(item);
      if (left <= BURST / 2) {
        drain();
      }
    }

    @Override
    public void onComplete() {
      room.forget(drain);
      reader.onComplete();
    }

    @Override
    public void onError(Throwable failure) {
      room.forget(drain);
      reader.onError(failure);
    }

    @Override
    public void cancel() {
      room.forget(drain);
      Subscription stream = upstream;
      if (stream != null) {
        stream.cancel();
      }
    }
  }
}
