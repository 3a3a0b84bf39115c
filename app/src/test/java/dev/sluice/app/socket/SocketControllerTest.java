package dev.sluice.app.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.timeout.ReadTimeoutHandler;
import org.junit.jupiter.api.Test;
import reactor.netty.NettyPipeline;

final class SocketControllerTest {
  @Test
  void upgrade_endsTheTimeoutOfTheRequestsBody() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.pipeline().addFirst(NettyPipeline.ReadTimeoutHandler, new ReadTimeoutHandler(30));

    SocketController.endRequest(channel);
    assertThat(channel.pipeline().names()).doesNotContain(NettyPipeline.ReadTimeoutHandler);

    SocketController.endRequest(channel); // there is none if the request has ended before
    var _ = channel.close();
  }
}
