package dev.sluice.app.lifecycle;

import static dev.sluice.app.ServerHarness.chat;
import static dev.sluice.app.ServerHarness.events;
import static dev.sluice.app.ServerHarness.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import dev.sluice.spring.ModelHolder;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class LifecycleTest {
  private static final String CHAT = "/v1/chat/completions";

  private static CompletableFuture<HttpResponse<String>> async(ServerHarness server, String body) {
    return CompletableFuture.supplyAsync(() -> {
      try {
        return server.post(CHAT, body);
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    });
  }

  @Test
  void server_whileLoading_answers503AndLives() throws Exception {
    Script script = new Script();
    try (ServerHarness server = ServerHarness.startLoading(script)) {
      assertThat(server.get("/health").statusCode()).isEqualTo(503);
      assertThat(server.get("/readyz").statusCode()).isEqualTo(503);
      assertThat(server.get("/livez").statusCode()).isEqualTo(200);
      HttpResponse<String> refused = server.post(CHAT, chat(""));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(json(refused.body()).get("error").get("code").stringValue()).isEqualTo("loading");

      script.mayLoad.countDown();
      await().until(() -> server.get("/readyz").statusCode() == 200);
    }
  }

  @Test
  void drain_withAStream_refusesNewOnesAndLetsItFinish() throws Exception {
    Script script = new Script();
    CountDownLatch begun = new CountDownLatch(1);
    Semaphore steps = new Semaphore(3);
    script.backend.beforeStep(step -> {
      begun.countDown();
      steps.acquireUninterruptibly();
    });
    ServerHarness server = ServerHarness.start(script);
    CompletableFuture<HttpResponse<String>> stream =
        async(server, chat("\"max_tokens\":20,\"ignore_eos\":true,\"stream\":true"));
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();

    CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
    await().until(() -> server.get("/readyz").statusCode() == 503);
    HttpResponse<String> refused = server.post(CHAT, chat(""));
    steps.release(1000);

    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(json(refused.body()).get("error").get("code").stringValue())
        .isEqualTo("shutting_down");
    List<String> events = events(stream.get(20, TimeUnit.SECONDS).body());
    assertThat(events).hasSize(1 + 20 + 1).last().isEqualTo("[DONE]");
    closing.get(20, TimeUnit.SECONDS);
  }

  @Test
  void drain_pastItsDeadline_endsTheStreamByAnErrorEvent() throws Exception {
    Script script = new Script();
    Semaphore steps = new Semaphore(3);
    script.backend.beforeStep(step -> steps.acquireUninterruptibly());
    ServerHarness server = ServerHarness.start(script, "sluice.drain-timeout=200ms");
    CompletableFuture<HttpResponse<String>> stream =
        async(server, chat("\"max_tokens\":400,\"ignore_eos\":true,\"stream\":true"));
    await().until(() -> script.backend.steps() == 3);

    CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
    List<String> events = events(stream.get(20, TimeUnit.SECONDS).body());
    steps.release(1000);

    assertThat(events).doesNotContain("[DONE]");
    assertThat(json(events.getLast()).get("error").get("code").stringValue())
        .isEqualTo("shutting_down");
    closing.get(20, TimeUnit.SECONDS);
  }

  @Test
  void queue_full_is429WithRetryAfter() throws Exception {
    Script script = new Script();
    script.maxQueued = 2;
    script.maxSequences = 1;
    Semaphore steps = new Semaphore(0);
    script.backend.beforeStep(step -> steps.acquireUninterruptibly());
    try (ServerHarness server = ServerHarness.start(script)) {
      CompletableFuture<HttpResponse<String>> running = async(server, chat("\"max_tokens\":1"));
      ModelHolder holder = server.bean(ModelHolder.class);
      await()
          .until(() -> script.backend.steps() == 0 && server.bean(OpenRequests.class).count() == 1);
      await().until(() -> holder.require().engine().queuedRequests() == 0);
      CompletableFuture<HttpResponse<String>> second = async(server, chat("\"max_tokens\":1"));
      CompletableFuture<HttpResponse<String>> third = async(server, chat("\"max_tokens\":1"));
      await().until(() -> holder.require().engine().queuedRequests() == 2);

      HttpResponse<String> refused = server.post(CHAT, chat(""));
      steps.release(1000);

      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.headers().firstValue("Retry-After").orElse("")).matches("[1-9][0-9]*");
      assertThat(json(refused.body()).get("error").get("code").stringValue())
          .isEqualTo("queue_full");
      assertThat(json(refused.body()).get("error").get("type").stringValue())
          .isEqualTo("rate_limit_error");
      for (CompletableFuture<HttpResponse<String>> other : List.of(running, second, third)) {
        assertThat(other.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void backend_failingBeforeTheFirstToken_isAReal500() throws Exception {
    Script script = new Script();
    script.backend.beforeStep(step -> {
      throw new IllegalStateException("secret detail");
    });
    try (ServerHarness server = ServerHarness.start(script)) {
      for (String fields : List.of("\"stream\":true", "\"stream\":false")) {
        HttpResponse<String> response = server.post(CHAT, chat(fields));
        assertThat(response.statusCode()).as(fields).isEqualTo(500);
        assertThat(response.body()).contains("server_error").doesNotContain("secret");
      }
    }
  }

  @Test
  void backend_failingMidStream_endsByAnErrorEventWithoutDone() throws Exception {
    Script script = new Script();
    script.backend.beforeStep(step -> {
      if (step == 4) {
        throw new IllegalStateException("secret detail");
      }
    });
    try (ServerHarness server = ServerHarness.start(script)) {
      HttpResponse<String> response =
          server.post(CHAT, chat("\"stream\":true,\"ignore_eos\":true"));

      assertThat(response.statusCode()).isEqualTo(200);
      List<String> events = events(response.body());
      assertThat(events).hasSize(1 + 4 + 1).doesNotContain("[DONE]");
      assertThat(json(events.getLast()).get("error").get("type").stringValue())
          .isEqualTo("server_error");
      assertThat(response.body()).doesNotContain("secret");
    }
  }

  @Test
  void nanLogits_areA500WithTheirCode() throws Exception {
    Script script = new Script();
    script.backend.voidLogitsAfter(token -> true);
    try (ServerHarness server = ServerHarness.start(script)) {
      HttpResponse<String> response = server.post(CHAT, chat(""));
      assertThat(response.statusCode()).isEqualTo(500);
      assertThat(json(response.body()).get("error").get("code").stringValue())
          .isEqualTo("nan_logits");
    }
  }

  @Test
  void reader_thatLeaves_freesItsBlocks() throws Exception {
    Script script = new Script();
    Semaphore steps = new Semaphore(5);
    script.backend.beforeStep(step -> steps.acquireUninterruptibly());
    try (ServerHarness server = ServerHarness.start(script)) {
      String body = chat("\"stream\":true,\"ignore_eos\":true");
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket.setSoTimeout(10_000);
        String head =
            "POST "
                + CHAT
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: "
                + body.length()
                + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        assertThat(in.readNBytes(300)).hasSize(300);
      }
      steps.release(1);
      OpenRequests open = server.bean(OpenRequests.class);
      await().atMost(Duration.ofSeconds(10)).until(() -> open.count() == 0);
      steps.release(1000);

      ModelHolder holder = server.bean(ModelHolder.class);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> holder.require().engine().snapshot().usedBlocks() == 0);
      assertThat(server.get("/metrics").body())
          .containsPattern("finished_reason=\"abort\",model_name=\"witness\"\\} 1");
    }
  }
}
