package dev.sluice.app.wire;

import static dev.sluice.app.ServerHarness.chat;
import static dev.sluice.app.ServerHarness.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Credits beside server-sent events: headers, whose streams, and what counts. */
final class SseCreditTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final String STREAM =
      chat("\"stream\":true,\"max_tokens\":20,\"ignore_eos\":true");

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness server;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws Exception {
    server = ServerHarness.start(new Script(), "sluice.api-key=one,two");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static HttpRequest.Builder as(String key, String path, String body) {
    return server.json(path, body).header("Authorization", "Bearer " + key);
  }

  private static HttpResponse<String> grant(String key, String id, String body) throws Exception {
    return server.send(as(key, "/v1/streams/" + id + "/credit", body));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "4097", "1.5", "many", "", "99999999999"})
  void header_outOfRange_is400(String credit) throws Exception {
    HttpResponse<String> refused =
        server.send(as("one", CHAT, STREAM).header("X-Stream-Credit", credit));

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(json(refused.body()).get("error").get("param").stringValue())
        .isEqualTo("X-Stream-Credit");
  }

  @Test
  void header_withoutAStream_is400() throws Exception {
    HttpResponse<String> refused =
        server.send(as("one", CHAT, chat("")).header("X-Stream-Credit", "5"));

    assertThat(refused.statusCode()).isEqualTo(400);
  }

  @Test
  void stream_withoutTheHeader_hasNoCreditsAndNoId() throws Exception {
    HttpResponse<String> plain = server.send(as("one", CHAT, STREAM));

    assertThat(plain.statusCode()).isEqualTo(200);
    assertThat(plain.headers().firstValue("X-Stream-Id")).isEmpty();
  }

  @Test
  void grant_byAnotherKeyOrWrong_changesNothing() throws Exception {
    HttpResponse<InputStream> response =
        client.send(
            as("one", CHAT, STREAM).header("X-Stream-Credit", "5").build(),
            BodyHandlers.ofInputStream());
    String id = response.headers().firstValue("X-Stream-Id").orElseThrow();
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (int i = 0; i < 6; i++) { // the role and five tokens
        assertThat(lines.readLine()).startsWith("data:{\"id\":\"" + id + "\"");
        lines.readLine();
      }
      assertThat(grant("two", id, "{\"n\":15}").statusCode()).isEqualTo(404);
      for (String body : new String[] {"{}", "{\"n\":0}", "{\"n\":4097}", "{\"n\":\"1\"}", "[]"}) {
        assertThat(grant("one", id, body).statusCode()).as(body).isEqualTo(400);
      }
      assertThat(grant("one", id, "{\"n\":1" + " ".repeat(2000) + "}").statusCode()).isEqualTo(413);
      assertThat(grant("one", id, "{\"n\":15}").statusCode()).isEqualTo(204);

      assertThat(lines.lines().filter(line -> line.startsWith("data:")))
          .hasSize(16)
          .endsWith("data:[DONE]");
    }
    assertThat(grant("one", id, "{\"n\":1}").statusCode()).isEqualTo(404);
  }
}
