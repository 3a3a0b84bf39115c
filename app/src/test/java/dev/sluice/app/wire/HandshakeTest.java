package dev.sluice.app.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who gets a socket, and what it says on the level below messages. */
final class HandshakeTest {
  private static final String KEY = "schlüssel, with: anything/in=it";

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness open;

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness keyed;

  @BeforeAll
  static void start() throws Exception {
    open = ServerHarness.start(new Script());
    keyed = ServerHarness.start(new Script(), "sluice.api-key[0]=" + KEY, "sluice.api-key[1]=two");
  }

  @AfterAll
  static void stop() {
    open.close();
    keyed.close();
  }

  private static String protocol(String key) {
    byte[] utf8 = key.getBytes(StandardCharsets.UTF_8);
    return "sluice.key." + Base64.getUrlEncoder().withoutPadding().encodeToString(utf8);
  }

  private static void assertServes(SocketClient client) throws Exception {
    try (client) {
      client.generate("a", "\"max_tokens\":1", 1);
      client.await("done", "a");
    }
  }

  @Test
  void key_inTheHeaderOrASubprotocol_opensASocket() throws Exception {
    assertServes(SocketClient.open(keyed, Map.of("Authorization", "Bearer two")));
    SocketClient client = SocketClient.open(keyed, Map.of(), protocol(KEY), "sluice.v1");
    assertThat(client.raw().getSubprotocol()).isEqualTo("sluice.v1");
    assertServes(client);
  }

  @Test
  void key_missingOrWrong_is401AndNoSocket() {
    assertRefused(() -> SocketClient.open(keyed).close());
    assertRefused(() -> SocketClient.open(keyed, Map.of(), "sluice.v1", protocol("three")).close());
    assertRefused(() -> SocketClient.open(keyed, Map.of("Authorization", "Bearer 3")).close());
  }

  private static void assertRefused(ThrowingCallable handshake) {
    assertThatThrownBy(handshake)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            e -> assertThat(e.getResponse().statusCode()).isEqualTo(401));
  }

  @Test
  void key_asASubprotocolOfAnOrdinaryRequest_isNone() throws Exception {
    assertThat(
            keyed
                .send(
                    keyed
                        .request("/v1/models")
                        .header("Sec-WebSocket-Protocol", protocol("two"))
                        .GET())
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void protocol_unknown_isNotSelected() throws Exception {
    try (RawSocket socket = new RawSocket(open)) {
      assertThat(socket.handshake("Sec-WebSocket-Protocol: chat, sluice.v2\r\n"))
          .contains(" 101 ")
          .doesNotContainIgnoringCase("sec-websocket-protocol");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "http://evil.example, 403",
    "null, 403",
    "https://127.0.0.1.evil.example, 403",
    "http://localhost:3000, 101",
    "http://127.0.0.1, 101",
  })
  void origin_foreign_is403(String origin, int status) throws Exception {
    for (ServerHarness server : new ServerHarness[] {open, keyed}) {
      try (RawSocket socket = new RawSocket(server)) {
        assertThat(
                socket.handshake(
                    "Origin: "
                        + origin
                        + "\r\nSec-WebSocket-Protocol: "
                        + protocol("two")
                        + "\r\n"))
            .startsWith("HTTP/1.1 " + status);
      }
    }
  }

  @Test
  void origin_ofTheServersOwnName_isAllowedWithAKey() throws Exception {
    try (RawSocket socket = new RawSocket(keyed, "chat.example:8000")) {
      assertThat(socket.handshake("Origin: https://chat.example\r\nAuthorization: Bearer two\r\n"))
          .contains(" 101 ");
    }
    try (RawSocket socket = new RawSocket(open, "chat.example:8000")) {
      assertThat(socket.handshake("Origin: https://chat.example\r\n")).contains(" 403 ");
    }
  }

  @Test
  void version_otherThan13_is426() throws Exception {
    for (String version : new String[] {"7", "8", "0", "14"}) {
      try (RawSocket socket = new RawSocket(open)) {
        String answer = socket.handshake(version, "");
        assertThat(answer).as(version).startsWith("HTTP/1.1 426");
        assertThat(answer).containsIgnoringCase("Sec-WebSocket-Version: 13");
      }
    }
    assertThat(open.get("/v1/streams").statusCode()).isEqualTo(426);
  }

  @Test
  void text_thatIsNotUtf8_closes1007() throws Exception {
    try (RawSocket socket = new RawSocket(open)) {
      assertThat(socket.handshake("")).contains(" 101 ");
      socket.frame(0x81, new byte[] {'"', (byte) 0xC3, 0x28, '"'});

      assertThat(socket.closeStatus()).isEqualTo(1007);
    }
  }

  @Test
  void frame_of10Megabytes_closes1009() throws Exception {
    try (RawSocket socket = new RawSocket(open)) {
      assertThat(socket.handshake("")).contains(" 101 ");
      socket.header(0x81, 10_000_000);

      assertThat(socket.closeStatus()).isEqualTo(1009);
    }
  }

  @Test
  void fragments_withoutContent_areBoundedToo() throws Exception {
    try (RawSocket socket = new RawSocket(open)) {
      assertThat(socket.handshake("")).contains(" 101 ");
      socket.frame(0x01, new byte[0]);
      for (int i = 0; i < 1024; i++) {
        socket.frame(0x00, new byte[0]);
      }

      assertThat(socket.closeStatus()).isEqualTo(1009);
    }
  }

  @Test
  void frame_unmasked_closes1002() throws Exception {
    try (RawSocket socket = new RawSocket(open)) {
      assertThat(socket.handshake("")).contains(" 101 ");
      socket.send(new byte[] {(byte) 0x81, 0x02, '{', '}'});

      assertThat(socket.closeStatus()).isEqualTo(1002);
    }
  }

  @Test
  void closeFrame_isEchoed() throws Exception {
    try (RawSocket socket = new RawSocket(open)) {
      assertThat(socket.handshake("")).contains(" 101 ");
      socket.frame(0x88, new byte[] {0x03, (byte) 0xE8});

      assertThat(socket.closeStatus()).isEqualTo(1000);
      assertThat(socket.isAtEnd()).isTrue();
    }
  }
}
