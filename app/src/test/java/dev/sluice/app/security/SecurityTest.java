package dev.sluice.app.security;

import static dev.sluice.app.ServerHarness.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.app.ServerHarness;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SecurityTest {

  private static ServerHarness start(String... properties) throws Exception {
    return ServerHarness.start(new ServerHarness.Script(), properties);
  }

  /** Sends bytes as they are, since client libraries won't send a bad Host. */
  private static String raw(ServerHarness server, String request) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(15_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String statusFor(ServerHarness server, String headers) throws IOException {
    return raw(server, "GET /v1/models HTTP/1.1\r\n" + headers + "Connection: close\r\n\r\n")
        .lines()
        .findFirst()
        .orElse("");
  }

  @Test
  void key_missingOrWrong_isTheSame401Everywhere() throws Exception {
    try (ServerHarness server = start("sluice.api-key=secret-one,secret-two")) {
      for (String path : List.of("/v1/models", "/metrics", "/version", "/actuator/health", "/x")) {
        HttpResponse<String> missing = server.get(path);
        HttpResponse<String> wrong =
            server.send(server.request(path).header("Authorization", "Bearer nope").GET());

        assertThat(missing.statusCode()).as(path).isEqualTo(401);
        assertThat(wrong.statusCode()).as(path).isEqualTo(401);
        assertThat(missing.body()).isEqualTo(wrong.body());
        assertThat(json(missing.body()).get("error").get("code").stringValue())
            .isEqualTo("invalid_api_key");
      }
      assertThat(server.post("/v1/chat/completions", "{").statusCode()).isEqualTo(401);
      assertThat(server.post("/tokenize", "{}").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void key_right_opensAndProbesNeedNone() throws Exception {
    try (ServerHarness server = start("sluice.api-key=secret-one,secret-two")) {
      for (String key : List.of("Bearer secret-one", "bearer secret-two")) {
        assertThat(
                server
                    .send(server.request("/v1/models").header("Authorization", key).GET())
                    .statusCode())
            .isEqualTo(200);
      }
      for (String path : List.of("/health", "/livez", "/readyz", "/", "/engine", "/engine.html")) {
        HttpResponse<String> response = server.get(path);
        assertThat(response.statusCode()).as(path).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Security-Policy").orElse(""))
            .contains("default-src 'self'", "frame-ancestors 'none'");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
      }
    }
  }

  @Test
  void host_ofAReboundName_isRefusedWithoutKeys() throws Exception {
    try (ServerHarness server = start()) {
      String own = "Host: 127.0.0.1:" + server.port() + "\r\n";
      assertThat(statusFor(server, own)).contains("200");
      assertThat(statusFor(server, "Host: localhost\r\n")).contains("200");
      assertThat(statusFor(server, "Host: evil.example\r\n")).contains("403");
      assertThat(statusFor(server, "Host: 127.0.0.1.evil.example\r\n")).contains("403");
      assertThat(statusFor(server, own + "Origin: https://evil.example\r\n")).contains("403");
      assertThat(statusFor(server, own + "Origin: null\r\n")).contains("403");
      assertThat(statusFor(server, own + "Origin: http://localhost:8000\r\n")).contains("200");
      assertThat(statusFor(server, "")).contains("400");
    }
  }

  @Test
  void path_writtenAroundTheRules_isNeverServed() throws Exception {
    try (ServerHarness server = start("sluice.api-key=secret")) {
      for (String path :
          List.of(
              "//v1/models",
              "/health/../v1/models",
              "/assets/%2e%2e/v1/models",
              "/v1/models;x=y",
              "/health;/../v1/models",
              "/%2fv1/models")) {
        String response =
            raw(
                server,
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(response.lines().findFirst().orElse("")).as(path).containsPattern("40[014]");
        assertThat(response).as(path).doesNotContain("\"owned_by\"");
      }
    }
  }

  @Test
  void start_openToTheNetwork_isRefused() {
    assertThatThrownBy(() -> start("server.address=0.0.0.0").close())
        .hasStackTraceContaining("sluice.api-key");
  }

  @Test
  void start_openToTheNetworkOnPurpose_isAllowed() throws Exception {
    try (ServerHarness server = start("server.address=0.0.0.0", "sluice.insecure=true")) {
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void header_thatTrickles_isCutOff() throws Exception {
    try (ServerHarness server = start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(15_000);
      socket.getOutputStream().write("GET /health HTT".getBytes(StandardCharsets.US_ASCII));

      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      assertThat(server.get("/health").statusCode()).isEqualTo(200);
    }
  }
}
