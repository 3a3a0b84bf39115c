package dev.sluice.app.socket;

import dev.sluice.app.api.ApiException;
import dev.sluice.app.api.ClientFrame;
import dev.sluice.app.api.ClientFrame.Violation;
import dev.sluice.app.api.FramedAnswers;
import dev.sluice.app.api.ServerFrame;
import dev.sluice.app.stream.CreditGate;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.web.reactive.socket.CloseStatus;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client's connection and its streams: takes the client's frames one after the other and answers
 * each. What it can't go on after ends it by a {@link Violation}.
 */
final class SocketConnection {
  private static final Logger log = LoggerFactory.getLogger(SocketConnection.class);

  /** As many as HTTP/2 servers usually allow on a connection. */
  static final int MAX_STREAMS = 100;

  /** Answers to frames that name no stream of theirs; who reads them never has as many unread. */
  static final int MAX_UNREAD_REFUSALS = 256;

  /** Parsed where it arrives; what is longer would keep other connections waiting. */
  private static final int SHORT_BYTES = 4 << 10;

  private static final byte[] NOTHING = {};

  private final FramedAnswers answers;
  private final JsonMapper mapper;
  private final String tenant;
  private final Outbox outbox;
  private final FrameBudget budget;
  private final MessageAssembler assembler = new MessageAssembler();
  private final ConcurrentMap<String, SocketStream> streams = new ConcurrentHashMap<>();
  private final AtomicInteger unreadRefusals = new AtomicInteger();
  private final AtomicInteger unreadEnds = new AtomicInteger();
  private final AtomicReference<byte @Nullable []> pong = new AtomicReference<>();
  private final AtomicBoolean pingQueued = new AtomicBoolean();
  private volatile boolean closed;

  SocketConnection(FramedAnswers answers, JsonMapper mapper, String tenant, Outbox outbox) {
    this.answers = answers;
    this.mapper = mapper;
    this.tenant = tenant;
    this.outbox = outbox;
    budget = new FrameBudget(System::nanoTime);
  }

  Outbox outbox() {
    return outbox;
  }

  /**
   * Takes a frame in on the event loop, as long as its memory is there.
   *
   * @return the message that it completes; empty if it completes none
   */
  byte[] receive(WebSocketFrame frame) {
    try {
      return closed ? NOTHING : message(frame);
    } catch (Violation violation) {
      fail(violation);
      return NOTHING;
    }
  }

  private byte[] message(WebSocketFrame frame) {
    if (!budget.take()) {
      throw new Violation(
          CloseStatus.POLICY_VIOLATION,
          "more than " + FrameBudget.PER_SECOND + " frames per second; grant more at a time");
    }
    if (frame instanceof PingWebSocketFrame) {
      pong(ByteBufUtil.getBytes(frame.content()));
      return NOTHING;
    }
    if (frame instanceof PongWebSocketFrame) {
      return NOTHING;
    }
    byte[] message = assembler.add(frame);
    return message == null ? NOTHING : message;
  }

  /**
   * Closes for a reason. What still comes in is ignored and not refused: Netty answers a refusal of
   * its own by a close frame that gives no reason.
   */
  private void fail(Throwable failure) {
    closed = true;
    outbox.closeNow(statusOf(failure));
    cancelAll();
  }

  private static CloseStatus statusOf(Throwable failure) {
    return switch (failure) {
      case Violation violation -> violation.status();
      case RejectedExecutionException _ -> CloseStatus.SERVICE_OVERLOAD;
      default -> {
        log.error("A socket failed unexpectedly", failure);
        yield CloseStatus.SERVER_ERROR;
      }
    };
  }

  /** The newest ping's answer only, as RFC 6455 allows: pings that nobody reads cost nothing. */
  private void pong(byte[] content) {
    if (pong.getAndSet(content) == null) {
      outbox.add(() -> {
        byte[] newest = pong.getAndSet(null);
        return newest == null ? null : new PongWebSocketFrame(Unpooled.wrappedBuffer(newest));
      });
    }
  }

  /** Keeps proxies from cutting a silent connection, and makes a vanished peer noticed. */
  void ping() {
    if (!pingQueued.getAndSet(true)) {
      outbox.add(() -> {
        pingQueued.set(false);
        return new PingWebSocketFrame();
      });
    }
  }

  /** Does what a message says; completes when the next one may be taken. */
  Mono<Void> handle(byte[] message) {
    if (message.length == 0 || closed) {
      return Mono.empty();
    }
    Mono<ClientFrame> frame =
        message.length <= SHORT_BYTES
            ? Mono.fromCallable(() -> ClientFrame.parse(message))
            : answers.parse(message);
    return frame
        .doOnNext(this::handle)
        .onErrorResume(failure -> Mono.fromRunnable(() -> fail(failure)))
        .then();
  }

  private void handle(ClientFrame frame) {
    switch (frame) {
      case ClientFrame.Generate generate ->
          open(generate.id(), generate.credit())
              .ifPresent(stream -> stream.start(generate, answers, tenant));
      case ClientFrame.Resume resume ->
          open(resume.id(), resume.credit())
              .ifPresent(stream -> stream.resume(resume, answers, tenant));
      case ClientFrame.Credit(String id, int n) -> credit(id, n);
      case ClientFrame.Cancel(String id) -> cancel(id);
      case ClientFrame.Unknown(String id, ApiException refusal) -> refuse(id, refusal);
    }
    if (closed) {
      cancelAll(); // a stream may have come too late to be seen when the connection closed
    }
  }

  /**
   * A stream of a new id; empty if it was refused. One whose last frame waits for the socket still
   * counts, or a client that begins and ends streams without reading could fill the memory.
   */
  private Optional<SocketStream> open(String id, int credit) {
    if (streams.size() + unreadEnds.get() >= MAX_STREAMS) {
      refuse(
          id,
          ApiException.of(
              HttpStatus.TOO_MANY_REQUESTS,
              "too_many_streams",
              "this connection has "
                  + MAX_STREAMS
                  + " streams already, which is the limit; wait for one to end and read that"));
      return Optional.empty();
    }
    SocketStream stream = new SocketStream(id, credit, this);
    if (streams.putIfAbsent(id, stream) != null) {
      refuse(
          id,
          ApiException.of(
              HttpStatus.BAD_REQUEST,
              "duplicate_id",
              "a stream of this id is open on this connection; it goes on, use another id"));
      return Optional.empty();
    }
    return Optional.of(stream);
  }

  private void credit(String id, int n) {
    SocketStream stream = streams.get(id);
    if (stream == null) {
      refuseUnknown(id);
      return;
    }
    switch (stream.gate().grant(n)) {
      case ACCEPTED -> {}
      case EXCEEDED ->
          throw new Violation(
              CloseStatus.POLICY_VIOLATION,
              "more than " + CreditGate.MAX_CREDIT + " tokens granted and not sent");
      case ENDED -> {} // its end is on its way, behind tokens that the client may still be reading
    }
  }

  private void cancel(String id) {
    SocketStream stream = streams.get(id);
    if (stream == null) {
      refuseUnknown(id);
    } else {
      stream.end();
    }
  }

  private void refuseUnknown(String id) {
    refuse(
        id,
        ApiException.of(
            HttpStatus.NOT_FOUND,
            "stream_not_found",
            "no stream of this id is open on this connection; it may have ended"));
  }

  private void refuse(@Nullable String id, ApiException refusal) {
    if (unreadRefusals.incrementAndGet() > MAX_UNREAD_REFUSALS) {
      throw new Violation(
          CloseStatus.POLICY_VIOLATION, "more than " + MAX_UNREAD_REFUSALS + " refusals unread");
    }
    byte[] json = encode(ServerFrame.Failed.of(id, refusal));
    outbox.add(() -> {
      unreadRefusals.decrementAndGet();
      return text(json);
    });
  }

  /** A stream has nothing more to say but its last frame. */
  void end(String id, SocketStream stream, ServerFrame last) {
    unreadEnds.incrementAndGet();
    streams.remove(id, stream);
    byte[] json = encode(last);
    outbox.add(() -> {
      unreadEnds.decrementAndGet();
      return text(json);
    });
  }

  void say(ServerFrame frame) {
    byte[] json = encode(frame);
    outbox.add(() -> text(json));
  }

  byte[] encode(ServerFrame frame) {
    return mapper.writeValueAsBytes(frame);
  }

  static WebSocketFrame text(byte[] json) {
    return new TextWebSocketFrame(Unpooled.wrappedBuffer(json));
  }

  /** Ends all streams without a word: the connection has closed. */
  void close() {
    closed = true;
    outbox.cancel();
    cancelAll();
  }

  private void cancelAll() {
    streams.values().forEach(SocketStream::cancel);
    streams.clear();
  }
}
