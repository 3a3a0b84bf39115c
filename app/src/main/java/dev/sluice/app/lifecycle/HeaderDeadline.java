package dev.sluice.app.lifecycle;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Closes a connection whose request header is not complete in time, so that nobody holds one open
 * by a byte now and then. The server's own timeouts begin only with the body.
 */
final class HeaderDeadline {
  static final long SECONDS = 10;

  private @Nullable Future<?> deadline;
  private boolean inRequest;

  private HeaderDeadline() {}

  /** Adds it around the channel's HTTP codec. */
  static void install(Channel channel) {
    HeaderDeadline deadline = new HeaderDeadline();
    channel.pipeline().addFirst("headerDeadlineStart", deadline.new Start());
    channel.pipeline().addAfter(NettyPipeline.HttpCodec, "headerDeadlineEnd", deadline.new End());
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nobody is left to be told how the closing went
  private void begin(ChannelHandlerContext context) {
    if (deadline == null) {
      deadline = context.executor().schedule((Runnable) context::close, SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Not any more once it has become a WebSocket, whose frames are no requests. */
  private static boolean speaksHttp(ChannelHandlerContext context) {
    return context.pipeline().get(NettyPipeline.HttpCodec) != null;
  }

  private void end() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  /** Sees bytes before they are a request. */
  private final class Start extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (!inRequest && message instanceof ByteBuf && speaksHttp(context)) {
        begin(context);
      }
      super.channelRead(context, message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
      end();
      super.channelInactive(context);
    }
  }

  /** Sees the request once its header is complete. */
  private final class End extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
      if (message instanceof HttpRequest) {
        inRequest = true;
        end();
      }
      if (message instanceof LastHttpContent) {
        inRequest = false;
      }
      super.channelRead(context, message);
    }
  }
}
