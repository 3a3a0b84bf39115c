package dev.sluice.app.rsocket;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether a connection's socket takes more, and who waits for that. RSocket's own queue before the
 * socket has no bound: without this, a client that asks for everything and doesn't read would fill
 * the server's memory.
 */
final class SocketRoom extends ChannelInboundHandlerAdapter {
  /** So low that it is crossed by fewer items than Netty is given at once. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(4 << 10, 16 << 10);

  private final Channel channel;
  private final Set<Runnable> waiting = ConcurrentHashMap.newKeySet();

  private SocketRoom(Channel channel) {
    this.channel = channel;
  }

  /** Watches a channel for the rest of its life. */
  static SocketRoom install(Channel channel) {
    SocketRoom room = new SocketRoom(channel);
    channel.config().setWriteBufferWaterMark(WATER_MARK);
    channel.pipeline().addFirst("socketRoom", room);
    return room;
  }

  boolean isThere() {
    return channel.isWritable();
  }

  /** Calls this whenever there is room again, on the connection's event loop. */
  void await(Runnable listener) {
    waiting.add(listener);
  }

  void forget(Runnable listener) {
    waiting.remove(listener);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (isThere()) {
      waiting.forEach(Runnable::run);
    }
    context.fireChannelWritabilityChanged();
  }
}
