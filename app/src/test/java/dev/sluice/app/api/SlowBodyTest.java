package dev.sluice.app.api;

import static dev.sluice.app.ServerHarness.chat;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Clients that announce a body and send it late or never. */
@ExtendWith(OutputCaptureExtension.class)
final class SlowBodyTest {
  private static final String CHAT = "/v1/chat/completions";

  private final List<Socket> sockets = new ArrayList<>();

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** A request whose head has been taken in: the server waits for its body. */
  private Socket announce(ServerHarness server, int length) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    sockets.add(socket);
    socket.setSoTimeout(15_000);
    String head =
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\nExpect: 100-continue\r\n\r\n"
            .formatted(CHAT, length);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    assertThat(line(socket)).isEqualTo("HTTP/1.1 100 Continue");
    assertThat(line(socket)).isEmpty();
    return socket;
  }

  private static String line(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = socket.getInputStream().read(); c >= 0 && c != '\n'; ) {
      line.append((char) c);
      c = socket.getInputStream().read();
    }
    return line.toString().strip();
  }

  @Test
  void body_announcedAndNotSent_takesNoPlaceOfOthers() throws Exception {
    try (ServerHarness server = ServerHarness.start(new Script())) {
      announce(server, RequestBody.MAX_BYTES);

      assertThat(server.post(CHAT, chat("\"max_tokens\":1")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void bodies_moreThanTheQueueTakes_keepNobodyOut() throws Exception {
    Script script = new Script();
    script.maxQueued = 2;
    try (ServerHarness server = ServerHarness.start(script)) {
      Socket late = announce(server, chat("\"max_tokens\":1").length());
      announce(server, 20);
      announce(server, 20);

      assertThat(server.post(CHAT, chat("\"max_tokens\":1")).statusCode()).isEqualTo(200);
      late.getOutputStream().write(chat("\"max_tokens\":1").getBytes(StandardCharsets.US_ASCII));
      assertThat(line(late)).isEqualTo("HTTP/1.1 200 OK");
    }
  }

  @Test
  void client_thatLeavesWithinItsBody_isNoFailureOfTheServer(CapturedOutput output)
      throws Exception {
    try (ServerHarness server = ServerHarness.start(new Script())) {
      announce(server, 20).close();
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }
    assertThat(output.getAll()).doesNotContain("unexpectedly");
  }
}
