package dev.sluice.app.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

final class OpenAiClientTest {
  private static final Map<String, Object> BODY = Map.of("model", "m", "prompt", "p");

  private FakeServer server;
  private OpenAiClient client;

  @BeforeEach
  void setUp() throws IOException {
    server = new FakeServer();
    client = new OpenAiClient(server.uri(), "secret", Duration.ofSeconds(10));
  }

  @AfterEach
  void tearDown() {
    client.close();
    server.close();
  }

  @Test
  void stream_completion_givesTextAndUsage() {
    server.answers(
        200,
        """
        data: {"choices":[{"text":"Hel"}]}

        data: {"choices":[{"text":"lo"}]}

        data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}

        data: [DONE]

        """);

    List<Chunk> chunks = client.stream("completions", BODY).collectList().block();

    assertThat(chunks).extracting(Chunk::text).containsExactly("Hel", "lo", "");
    assertThat(chunks).extracting(Chunk::completionTokens).containsExactly(-1, -1, 2);
    assertThat(chunks).extracting(Chunk::promptTokens).containsExactly(-1, -1, 3);
    assertThat(server.requests())
        .singleElement()
        .asString()
        .startsWith("POST /v1/completions Bearer secret ")
        .contains("\"stream\":true", "\"include_usage\":true", "\"prompt\":\"p\"");
  }

  @Test
  void stream_chat_givesDeltas() {
    server.answers(
        200,
        """
        data: {"choices":[{"delta":{"role":"assistant","content":null}}]}

        data: {"choices":[{"delta":{"content":"Hi"}}],"usage":null}

        data: [DONE]

        """);

    StepVerifier.create(text("chat/completions")).expectNext("", "Hi").verifyComplete();
  }

  @Test
  void stream_refused_givesStatusAndMessage() {
    server.answers(429, "{\"error\":{\"message\":\"try again later\"}}");

    verifyError("http_429", "HTTP 429: try again later");
  }

  @Test
  void stream_refusedWithoutJson_givesItsText() {
    server.answers(502, "<html>bad gateway</html>");

    verifyError("http_502", "HTTP 502: <html>bad gateway</html>");
  }

  @Test
  void stream_endsWithoutDone_isTruncated() {
    server.answers(200, "data: {\"choices\":[{\"text\":\"a\"}]}\n\n");

    StepVerifier.create(text("completions"))
        .expectNext("a")
        .verifyErrorSatisfies(
            e -> assertThat(((ApiException) e).kind()).isEqualTo("truncated_stream"));
  }

  @Test
  void stream_errorEvent_endsIt() {
    server.answers(200, "data: {\"error\":{\"message\":\"shutting down\"}}\n\ndata: [DONE]\n\n");

    verifyError("error_event", "shutting down");
  }

  @Test
  void stream_notJson_isMalformed() {
    server.answers(200, "data: {oops\n\ndata: [DONE]\n\n");

    verifyError("malformed_stream", "the server sent what is not JSON: {oops");
  }

  @Test
  void stream_nobodyListens_saysSo() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    try (OpenAiClient lonely =
        new OpenAiClient(URI.create("http://127.0.0.1:" + port), null, Duration.ofSeconds(10))) {
      StepVerifier.create(lonely.stream("completions", BODY))
          .verifyErrorSatisfies(e -> assertThat(((ApiException) e).kind()).isEqualTo("connect"));
    }
  }

  @Test
  void models_listed_givesIds() {
    server.answers(200, "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}]}");

    assertThat(client.models().block()).containsExactly("a", "b");
  }

  private Flux<String> text(String path) {
    return client.stream(path, BODY).map(Chunk::text);
  }

  private void verifyError(String kind, String message) {
    StepVerifier.create(text("completions"))
        .verifyErrorSatisfies(e -> {
          assertThat(e).isInstanceOf(ApiException.class).hasMessage(message);
          assertThat(((ApiException) e).kind()).isEqualTo(kind);
        });
  }
}
