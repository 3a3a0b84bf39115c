package dev.sluice.app.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

final class StrictJsonTest {

  private static ApiException refusal(byte[] body) {
    ApiException refusal = catchThrowableOfType(ApiException.class, () -> StrictJson.parse(body));
    assertThat(refusal).isNotNull();
    return refusal;
  }

  private static String code(String body) {
    return String.valueOf(refusal(body.getBytes(StandardCharsets.UTF_8)).body().error().code());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "{}x",
        "{} {}",
        "\ufeff{}",
        "[]",
        "1",
        "\"a\"",
        "null",
        "{\"a\":1,\"a\":2}",
        "{\"b\":{\"a\":1,\"a\":2}}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":+1}",
        "{\"a\":01}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":1,}",
        "{/**/}",
        "{\"a\":\"\t\"}",
      })
  void parse_notOneStrictObject_refused(String body) {
    assertThat(code(body)).isEqualTo("invalid_json");
  }

  @ParameterizedTest
  @ValueSource(ints = {64, 65, 2_000, 1_000_000})
  void parse_deeperThanTheLimit_refusedWithoutOverflow(int arrays) {
    String body = "{\"a\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}";

    assertThat(code(body)).isEqualTo("invalid_json");
  }

  @Test
  void parse_asDeepAsTheLimit_accepted() {
    int arrays = StrictJson.MAX_DEPTH - 1;
    String body = "{\"a\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}";

    assertThat(StrictJson.parse(body.getBytes(StandardCharsets.UTF_8)).has("a")).isTrue();
  }

  @Test
  void parse_numberOfFiveThousandDigits_refused() {
    assertThat(code("{\"a\":" + "9".repeat(5_000) + "}")).isEqualTo("invalid_json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"7b2261223a22ff227d", "7b2261223a22c0af227d", "7b2261223a22eda080227d"})
  void parse_invalidUtf8_refused(String hex) {
    assertThat(refusal(HexFormat.of().parseHex(hex)).body().error().code())
        .isEqualTo("invalid_json");
  }

  @Test
  void parse_utf16And32_refused() {
    for (String charset : new String[] {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32"}) {
      byte[] body = "{\"a\":1}".getBytes(java.nio.charset.Charset.forName(charset));
      assertThat(refusal(body).body().error().code()).as(charset).isEqualTo("invalid_json");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\udc00x\"}",
        "{\"a\":[[\"\\ud83d\\u0041\"]]}",
        "{\"\\ud800\":1}"
      })
  void parse_halfASurrogatePair_refused(String body) {
    assertThat(code(body)).isEqualTo("invalid_unicode");
  }

  @Test
  void parse_oddButLegalText_kept() {
    String body = "{\"a\":\"\\u0000\\u001b\u202e\\ud83d\\ude00\"}";

    ObjectNode object = StrictJson.parse(body.getBytes(StandardCharsets.UTF_8));

    assertThat(object.properties()).hasSize(1);
    assertThat(object.get("a").stringValue()).isEqualTo("\0\u001b\u202e\ud83d\ude00");
  }
}
