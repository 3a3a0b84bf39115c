package dev.sluice.app.rsocket;

import dev.sluice.app.socket.FrameBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.rsocket.DuplexConnection;
import io.rsocket.RSocketErrorException;
import io.rsocket.exceptions.ConnectionCloseException;
import io.rsocket.exceptions.ConnectionErrorException;
import java.net.SocketAddress;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A connection whose client may send so many frames and no more: some of them are answered whether
 * the answers are read or not.
 */
final class BudgetedConnection implements DuplexConnection {
  private final DuplexConnection connection;
  private final FrameBudget budget = new FrameBudget(System::nanoTime);

  BudgetedConnection(DuplexConnection connection) {
    this.connection = connection;
  }

  /** Closes at the end of a drain. */
  void sayGoodbye() {
    sendErrorAndClose(new ConnectionCloseException("the server is shutting down"));
  }

  @Override
  public Flux<ByteBuf> receive() {
    return connection
        .receive()
        .doOnNext(frame -> {
          if (!budget.take()) {
            sendErrorAndClose(
                new ConnectionErrorException(
                    "more than "
                        + FrameBudget.PER_SECOND
                        + " frames per second; request more at a time"));
          }
        });
  }

  @Override
  public void sendFrame(int streamId, ByteBuf frame) {
    connection.sendFrame(streamId, frame);
  }

  @Override
  public void sendErrorAndClose(RSocketErrorException error) {
    connection.sendErrorAndClose(error);
  }

  @Override
  public ByteBufAllocator alloc() {
    return connection.alloc();
  }

  @Override
  public SocketAddress remoteAddress() {
    return connection.remoteAddress();
  }

  @Override
  public Mono<Void> onClose() {
    return connection.onClose();
  }

  @Override
  public void dispose() {
    connection.dispose();
  }

  @Override
  public boolean isDisposed() {
    return connection.isDisposed();
  }

  @Override
  public double availability() {
    return connection.availability();
  }
}
