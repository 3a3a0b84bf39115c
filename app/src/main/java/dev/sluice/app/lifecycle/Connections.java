package dev.sluice.app.lifecycle;

import io.netty.channel.Channel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import org.springframework.stereotype.Component;

/** The open client connections, so that the last step of a drain can close those that linger. */
@Component
public final class Connections {
  private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

  void add(Channel channel) {
    channels.add(channel); // removes itself when the channel closes
  }

  /** Closes them once what was written has been sent. */
  void closeAll() {
    channels.flush();
    channels.close().awaitUninterruptibly(1_000);
  }
}
