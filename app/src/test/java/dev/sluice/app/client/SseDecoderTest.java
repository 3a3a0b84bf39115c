package dev.sluice.app.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SseDecoderTest {

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void decode_anyLineEnd_givesEvents(String end) {
    String stream = "data: a" + end + end + "data:b" + end + "data:  c" + end + end;

    assertThat(decode(stream, stream.length())).containsExactly("a", "b\n c");
  }

  @Test
  void decode_aByteAtATime_givesTheSame() {
    String stream = ": keep-alive\r\n\r\nevent: x\r\ndata: zwölf €\r\nid: 1\r\n\r\ndata\r\n\r\n";

    assertThat(decode(stream, 1)).containsExactly("zwölf €", "");
  }

  @Test
  void decode_eventWithoutItsBlankLine_isHeldBack() {
    assertThat(decode("data: a\n", 100)).isEmpty();
  }

  @Test
  void decode_endlessLine_isRefused() {
    assertThatThrownBy(() -> decode("data: " + "x".repeat(100), 1000))
        .isInstanceOf(ApiException.class)
        .hasMessageContaining("more than 64 B");
  }

  @Test
  void decode_endlessEvent_isRefused() {
    assertThatThrownBy(() -> decode("data: x\n".repeat(100), 1000))
        .isInstanceOf(ApiException.class);
  }

  private static List<String> decode(String stream, int chunkBytes) {
    byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
    SseDecoder decoder = new SseDecoder(64);
    List<String> events = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += chunkBytes) {
      int n = Math.min(chunkBytes, bytes.length - at);
      events.addAll(decoder.decode(ByteBuffer.wrap(bytes, at, n)));
    }
    return events;
  }
}
