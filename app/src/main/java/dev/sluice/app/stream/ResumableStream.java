package dev.sluice.app.stream;

import dev.sluice.app.stream.ResumeException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;

/**
 * A stream that outlives its reader: without one it asks for nothing, so that what produces it
 * stands still, until a reader comes back or the grace period is over. What was sent last is kept,
 * since nobody knows what of it arrived.
 *
 * <p>Whatever happens to it, by whichever thread, is put into a queue and done by one thread at a
 * time; its state belongs to that queue.
 *
 * @param <T> what is streamed
 */
public final class ResumableStream<T> {
  /** Items that may be asked for again; as many as a reader can be granted and not have read. */
  static final int MAX_KEPT = CreditGate.MAX_CREDIT;

  private final Duration grace;
  private final Scheduler timer;
  private final Runnable onGone;
  private final Queue<Runnable> signals = new ConcurrentLinkedQueue<>();
  private final AtomicInteger wip = new AtomicInteger();

  /** A ring: the item of number {@code n} is at {@code n % MAX_KEPT}. */
  private final List<T> kept = new ArrayList<>();

  /** Number of the item that comes next. */
  private long next;

  /** Requested of the source and not yet received. */
  private long outstanding;

  private @Nullable Subscription source;
  private @Nullable Reader reader;
  private @Nullable Disposable deadline;
  private boolean ended;
  private boolean gone;
  private @Nullable Throwable failure;

  /**
   * A stream without a source and a reader.
   *
   * @param grace how long it waits for a reader, and is kept after its end
   * @param onGone called once when that is over
   */
  ResumableStream(Duration grace, Scheduler timer, Runnable onGone) {
    this.grace = grace;
    this.timer = timer;
    this.onGone = onGone;
  }

  /**
   * An item and its place.
   *
   * @param seq counts the stream's items from 0
   */
  public record Numbered<T>(long seq, T item) {}

  private void act(Runnable signal) {
    signals.add(signal);
    if (wip.getAndIncrement() != 0) {
      return;
    }
    int missed = 1;
    while (missed != 0) {
      for (Runnable next = signals.poll(); next != null; next = signals.poll()) {
        next.run();
      }
      missed = wip.addAndGet(-missed);
    }
  }

  /** Draws on a source from now on. */
  void connect(Flux<T> items) {
    items.subscribe(new Source());
  }

  /** What comes after an item; a reader there is before is sent away. */
  Flux<Numbered<T>> after(long seq) {
    return new Flux<>() {
      @Override
      public void subscribe(CoreSubscriber<? super Numbered<T>> subscriber) {
        Reader arriving = new Reader(subscriber, seq + 1);
        subscriber.onSubscribe(arriving);
        act(() -> attach(arriving));
      }
    };
  }

  private void attach(Reader arriving) {
    if (gone) {
      arriving.end(new ResumeException(Kind.EVENTS_LOST)); // it was found just before
      return;
    }
    if (arriving.position < firstKept() || arriving.position > next) {
      boolean lost = arriving.position < firstKept();
      arriving.end(new ResumeException(lost ? Kind.EVENTS_LOST : Kind.UNKNOWN_EVENT));
      return;
    }
    if (reader != null) {
      reader.end(new ResumeException(Kind.TAKEN_OVER));
    }
    if (deadline != null) {
      deadline.dispose();
      deadline = null;
    }
    reader = arriving;
    if (arriving.done) {
      detach(arriving); // it left before it was here
    } else {
      pump();
    }
  }

  private long firstKept() {
    return next - kept.size();
  }

  private void detach(Reader leaving) {
    if (reader == leaving) {
      reader = null;
      deadline = timer.schedule(() -> act(this::expire), grace.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void expire() {
    if (reader == null) {
      if (source != null && !ended) {
        source.cancel();
      }
      gone = true;
      onGone.run();
    }
  }

  /** Sends what is there and asks for what is wanted beyond it. */
  private void pump() {
    Reader current = reader;
    if (current == null) {
      return;
    }
    if (current.position < firstKept()) {
      current.end(new ResumeException(Kind.EVENTS_LOST)); // it came back late and reads slowly
      detach(current);
      return;
    }
    while (current.position < next && current.requested > 0) {
      current.send(kept.get((int) (current.position % MAX_KEPT)));
    }
    if (ended && current.position == next) {
      current.end(failure);
      if (next == 0) {
        onGone.run(); // it was refused: there is nothing to come back to
      } else {
        detach(current);
      }
      return;
    }
    long wanted = current.requested - outstanding;
    if (wanted > 0 && source != null && !ended) {
      outstanding = current.requested;
      source.request(wanted);
    }
  }

  private void keep(T item) {
    if (kept.size() < MAX_KEPT) {
      kept.add(item);
    } else {
      kept.set((int) (next % MAX_KEPT), item);
    }
    next++;
    outstanding--;
    pump();
  }

  private void end(@Nullable Throwable reason) {
    ended = true;
    failure = reason;
    pump();
  }

  /** Where items come from. */
  private final class Source implements CoreSubscriber<T> {
    @Override
    public void onSubscribe(Subscription subscription) {
      act(() -> {
        source = subscription;
        pump();
      });
    }

    @Override
    public void onNext(T item) {
      act(() -> keep(item));
    }

    @Override
    public void onError(Throwable reason) {
      act(() -> end(reason));
    }

    @Override
    public void onComplete() {
      act(() -> end(null));
    }
  }

  /** Who reads at present. */
  private final class Reader implements Subscription {
    private final CoreSubscriber<? super Numbered<T>> subscriber;
    private long position;
    private long requested;
    private volatile boolean done;

    Reader(CoreSubscriber<? super Numbered<T>> subscriber, long position) {
      this.subscriber = subscriber;
      this.position = position;
    }

    @Override
    public void request(long n) {
      if (Operators.validate(n)) {
        act(() -> {
          requested = Operators.addCap(requested, n);
          if (reader == this) {
            pump();
          }
        });
      }
    }

    @Override
    public void cancel() {
      done = true;
      act(() -> detach(this));
    }

    void send(T item) {
      Numbered<T> numbered = new Numbered<>(position, item);
      position++;
      requested--;
      if (!done) {
        subscriber.onNext(numbered);
      }
    }

    void end(@Nullable Throwable reason) {
      if (done) {
        return;
      }
      done = true;
      if (reason == null) {
        subscriber.onComplete();
      } else {
        subscriber.onError(reason);
      }
    }
  }
}
