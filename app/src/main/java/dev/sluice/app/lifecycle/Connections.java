package dev.sluice.app.lifecycle;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** The open client connections, so that the last step of a drain can close those that linger. */
@Component
public final class Connections {
  /** Who doesn't read a goodbye in that time is closed without; all of them together. */
  private static final long GOODBYE_MILLIS = 1_000;

  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final ConcurrentMap<Channel, Runnable> goodbyes = new ConcurrentHashMap<>();

  void add(Channel channel) {
    channels.add(channel); // removes itself when the channel closes
  }

  /**
   * Lets a connection that lives on between its answers say goodbye, and close itself, at the end
   * of a drain.
   */
  public void onDrain(Channel channel, Runnable goodbye) {
    goodbyes.put(channel, goodbye);
    channel.closeFuture().addListener(closed -> goodbyes.remove(channel));
  }

  /** Closes them once what was written has been sent. Blocks. */
  void closeAll() {
    goodbyes.values().forEach(Runnable::run);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GOODBYE_MILLIS);
    for (Channel channel : goodbyes.keySet()) {
      long left = deadline - System.nanoTime();
      channel.closeFuture().awaitUninterruptibly(Math.max(1, left), TimeUnit.NANOSECONDS);
    }
    channels.flush();
    channels.close().awaitUninterruptibly(1_000);
  }
}
