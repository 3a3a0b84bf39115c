package dev.sluice.app.socket;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Operators;

/**
 * What a connection has to say, in order, taken one by one as its socket has room. It has no bound
 * of its own: each sender keeps to one, and learns from {@link Outgoing#take} when it may go on.
 *
 * <p>Anyone adds, also the engine thread, which never waits here. Taking and sending are done by
 * the connection's event loop alone.
 */
final class Outbox extends Flux<WebSocketFrame> implements Subscription {
  /** Something to say. */
  @FunctionalInterface
  interface Outgoing {
    /** The frame as it is by now, when its turn has come; null if there is nothing left to say. */
    @Nullable WebSocketFrame take();
  }

  private final EventLoop loop;
  private final Queue<Outgoing> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong requested = new AtomicLong();
  private final AtomicInteger wip = new AtomicInteger();
  private volatile @Nullable CoreSubscriber<? super WebSocketFrame> socket;
  private volatile @Nullable CloseStatus closing;
  private volatile Runnable onClose = () -> {};
  private volatile boolean cancelled;

  Outbox(EventLoop loop) {
    this.loop = loop;
  }

  /** Adds something; forgotten if the connection closes. */
  void add(Outgoing outgoing) {
    if (closing == null && !cancelled) {
      queue.add(outgoing);
      wake();
    }
  }

  /** Calls this once it is about to end. */
  void onClose(Runnable listener) {
    onClose = listener;
  }

  /** Ends after what is queued. */
  void close(CloseStatus status) {
    if (closing == null) {
      closing = status;
      onClose.run();
      wake();
    }
  }

  /** Ends now; what is queued is forgotten. */
  void closeNow(CloseStatus status) {
    queue.clear();
    close(status);
  }

  /** With which status it ends. */
  CloseStatus status() {
    CloseStatus status = closing;
    return status == null ? CloseStatus.NORMAL : status;
  }

  @Override
  public void subscribe(CoreSubscriber<? super WebSocketFrame> subscriber) {
    socket = subscriber;
    subscriber.onSubscribe(this);
  }

  @Override
  public void request(long n) {
    if (Operators.validate(n)) {
      requested.accumulateAndGet(n, Operators::addCap);
      wake();
    }
  }

  @Override
  public void cancel() {
    cancelled = true;
    queue.clear();
  }

  private void wake() {
    if (wip.getAndIncrement() == 0) {
      try {
        loop.execute(this::drain);
      } catch (RejectedExecutionException _) {
        cancelled = true; // the server has stopped, and nobody is left to read this
      }
    }
  }

  private void drain() {
    CoreSubscriber<? super WebSocketFrame> subscriber = socket;
    int missed = wip.get();
    while (missed != 0) {
      if (subscriber != null && !cancelled) {
        send(subscriber);
      }
      missed = wip.addAndGet(-missed);
      subscriber = socket;
    }
  }

  private void send(CoreSubscriber<? super WebSocketFrame> subscriber) {
    long sent = 0;
    for (long room = requested.get(); sent < room && !cancelled; ) {
      Outgoing next = queue.poll();
      if (next == null) {
        break;
      }
      WebSocketFrame frame = next.take();
      if (frame != null) {
        sent++;
        subscriber.onNext(frame);
      }
    }
    if (sent > 0 && requested.get() != Long.MAX_VALUE) {
      requested.addAndGet(-sent);
    }
    if (closing != null && queue.isEmpty() && !cancelled) {
      cancelled = true;
      subscriber.onComplete();
    }
  }
}
