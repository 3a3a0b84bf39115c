package dev.sluice.app.socket;

import dev.sluice.app.api.ClientFrame.Generate;
import dev.sluice.app.api.ClientFrame.Resume;
import dev.sluice.app.api.FramedAnswer;
import dev.sluice.app.api.FramedAnswers;
import dev.sluice.app.api.ServerFrame;
import dev.sluice.app.stream.CreditGate;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * One of a connection's streams, from its {@code generate} or {@code resume} to its {@code done} or
 * {@code error}.
 */
final class SocketStream extends BaseSubscriber<ServerFrame> {
  /**
   * Frames that may wait for the socket, whatever the credit: a connection that nobody reads holds
   * that many per stream, and the streams stand still.
   */
  private static final int MAX_UNSENT = 64;

  private final String id;
  private final SocketConnection connection;
  private final CreditGate gate;
  private final Sinks.Empty<Void> cancelled = Sinks.empty();
  private final AtomicBoolean stateQueued = new AtomicBoolean();
  private volatile @Nullable FramedAnswer answer;

  SocketStream(String id, int credit, SocketConnection connection) {
    this.id = id;
    this.connection = connection;
    gate = new CreditGate(credit);
  }

  void start(Generate frame, FramedAnswers answers, String tenant) {
    answers
        .prepare(id, frame.request(), tenant)
        .flatMapMany(prepared -> {
          answer = prepared;
          prepared.states().onChange(this::queueState);
          if (!frame.resumable()) {
            return prepared.tokens(gate);
          }
          Flux<ServerFrame> kept = gate.limit(answers.keep(prepared, tenant));
          return kept.doOnSubscribe(
              begun -> connection.say(ServerFrame.Opened.of(id, prepared.name())));
        })
        .takeUntilOther(cancelled.asMono())
        .subscribe(this);
  }

  /** Goes on with what another connection began; credits are counted anew. */
  void resume(Resume frame, FramedAnswers answers, String tenant) {
    Flux.defer(
            () -> {
              FramedAnswers.Resumed resumed = answers.resume(frame, tenant);
              answer = resumed.answer();
              connection.say(ServerFrame.Opened.of(id, frame.stream()));
              ServerFrame.State newest = resumed.answer().newestState();
              if (newest != null) {
                connection.say(newest.named(id));
              }
              resumed.answer().states().onChange(this::queueState);
              queueState();
              return gate.limit(resumed.tokens());
            })
        .takeUntilOther(cancelled.asMono())
        .subscribe(this);
  }

  CreditGate gate() {
    return gate;
  }

  /** Ends it by the reader's wish, after what is on its way. */
  void end() {
    FramedAnswer current = answer;
    if (current != null) {
      current.cancel(); // or a resumable one would wait for its reader to come back
    }
    cancelled.tryEmitEmpty();
  }

  @Override
  protected void hookOnSubscribe(Subscription subscription) {
    subscription.request(MAX_UNSENT);
  }

  @Override
  protected void hookOnNext(ServerFrame frame) {
    byte[] json = connection.encode(frame);
    connection.outbox().add(() -> taken(json));
  }

  private WebSocketFrame taken(byte[] json) {
    request(1);
    return SocketConnection.text(json);
  }

  /** Queued at most once: when its turn comes it says the newest state, whatever was before. */
  private void queueState() {
    if (!stateQueued.getAndSet(true)) {
      connection.outbox().add(this::takeState);
    }
  }

  private @Nullable WebSocketFrame takeState() {
    stateQueued.set(false);
    FramedAnswer current = answer;
    if (current == null || isDisposed()) {
      return null;
    }
    ServerFrame.State state = current.state();
    if (state == null) {
      return null;
    }
    queueState(); // another choice may have a new state too
    return SocketConnection.text(connection.encode(state.named(id)));
  }

  @Override
  protected void hookOnComplete() {
    FramedAnswer current = answer;
    end(current == null ? ServerFrame.Done.cancelled(id, null) : current.done().named(id));
  }

  @Override
  protected void hookOnError(Throwable failure) {
    end(ServerFrame.Failed.of(id, failure));
  }

  private void end(ServerFrame last) {
    connection.end(id, this, last);
  }
}
