package dev.sluice.app.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import dev.sluice.app.api.FramedAnswers;
import io.netty.channel.DefaultEventLoop;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.web.reactive.socket.CloseStatus;
import tools.jackson.databind.json.JsonMapper;

/** A connection over a transport that takes what a test says. */
final class SocketConnectionTest {
  @SuppressWarnings("NullAway.Init")
  private static ServerHarness server;

  private final DefaultEventLoop loop = new DefaultEventLoop();
  private final Outbox outbox = new Outbox(loop);
  private final SocketConnection connection =
      new SocketConnection(server.bean(FramedAnswers.class), JsonMapper.shared(), "tenant", outbox);
  private final List<String> sent = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    server = ServerHarness.start(new Script());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void shutDown() {
    connection.close();
    var _ = loop.shutdownGracefully();
  }

  private void read() {
    outbox
        .cast(WebSocketFrame.class)
        .subscribe(frame -> sent.add(frame.content().toString(StandardCharsets.UTF_8)));
  }

  private void resumeNothing(int count) {
    for (int i = 0; i < count; i++) {
      String frame = "{\"type\":\"resume\",\"id\":\"s" + i + "\",\"stream\":\"gone\"}";
      connection.handle(frame.getBytes(StandardCharsets.UTF_8)).block();
    }
  }

  @Test
  void streams_thatEndUnread_closeTheConnection() {
    resumeNothing(SocketConnection.MAX_STREAMS + SocketConnection.MAX_UNREAD_REFUSALS);
    assertThat(outbox.status()).isEqualTo(CloseStatus.NORMAL);

    resumeNothing(1);
    assertThat(outbox.status().getCode()).isEqualTo(CloseStatus.POLICY_VIOLATION.getCode());
  }

  @Test
  void streams_thatEndAndAreRead_areNotCounted() {
    read();
    for (int i = 1; i <= 20; i++) {
      int ended = i * 50;
      resumeNothing(50);
      await().until(() -> sent.size() == ended);
    }
    assertThat(sent).allMatch(frame -> frame.contains("stream_not_found"));
  }
}
