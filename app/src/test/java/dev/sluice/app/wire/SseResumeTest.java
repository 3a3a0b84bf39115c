package dev.sluice.app.wire;

import static dev.sluice.app.ServerHarness.chat;
import static dev.sluice.app.ServerHarness.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import dev.sluice.engine.EngineSnapshot;
import dev.sluice.spring.ModelHolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams over server-sent events whose readers come back. */
final class SseResumeTest {
  private static final String CHAT = "/v1/chat/completions";
  private static final int TOKENS = 400;
  private static final String STREAM =
      chat("\"stream\":true,\"seed\":7,\"ignore_eos\":true,\"max_tokens\":" + TOKENS);
  private static final Semaphore STEPS = new Semaphore(0);

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness server;

  @BeforeAll
  static void start() throws Exception {
    Script script = new Script();
    script.backend.beforeStep(step -> STEPS.acquireUninterruptibly());
    server = ServerHarness.start(script, "sluice.api-key=one,two", "sluice.resume-grace=5s");
  }

  @AfterAll
  static void stop() {
    STEPS.release(1_000_000);
    server.close();
  }

  @BeforeEach
  void open() {
    STEPS.drainPermits();
    STEPS.release(1_000_000);
  }

  @AfterEach
  void everythingIsGivenBack() {
    STEPS.release(1_000_000);
    await().until(() -> snapshot().usedBlocks() == 0);
  }

  private static EngineSnapshot snapshot() {
    return server.bean(ModelHolder.class).require().engine().snapshot();
  }

  /** An event's id and data. */
  private record Event(String id, String data) {}

  /** A connection that reads events one by one. */
  private static final class Reader implements AutoCloseable {
    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpResponse<InputStream> response;
    private final BufferedReader lines;

    Reader(HttpRequest.Builder request) throws Exception {
      response = client.send(request.build(), BodyHandlers.ofInputStream());
      lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
    }

    String streamId() {
      return response.headers().firstValue("X-Stream-Id").orElseThrow();
    }

    List<Event> read(int count) throws IOException {
      List<Event> events = new ArrayList<>();
      String id = "";
      while (events.size() < count) {
        String line = lines.readLine();
        if (line == null) {
          return events;
        }
        if (line.startsWith("id:")) {
          id = line.substring(3);
        } else if (line.startsWith("data:")) {
          events.add(new Event(id, line.substring(5)));
          id = "";
        }
      }
      return events;
    }

    @Override
    public void close() {
      client.shutdownNow();
    }
  }

  private static HttpRequest.Builder post() {
    return server
        .json(CHAT, STREAM)
        .header("Authorization", "Bearer one")
        .header("X-Stream-Resumable", "true");
  }

  private static HttpRequest.Builder resume(String key, String streamId) {
    return server.request("/v1/streams/" + streamId).header("Authorization", "Bearer " + key).GET();
  }

  private static void assertRefused(HttpRequest.Builder request, int status, String code)
      throws Exception {
    HttpResponse<String> refused = server.send(request);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(status);
    assertThat(json(refused.body()).get("error").get("code").asString("")).isEqualTo(code);
  }

  private static List<String> data(List<Event> events) {
    return events.stream()
        .map(Event::data)
        .map(data -> data.replaceAll("chatcmpl-[0-9a-f]+|\"created\":[0-9]+", ""))
        .toList();
  }

  @Test
  void reader_thatComesBackAgainAndAgain_getsTheUninterruptedStream() throws Exception {
    List<Event> whole;
    try (Reader reader = new Reader(post())) {
      whole = reader.read(Integer.MAX_VALUE);
    }
    assertThat(whole).hasSize(1 + TOKENS + 1);
    assertThat(whole.getLast().data()).isEqualTo("[DONE]");

    List<Event> pieces = new ArrayList<>();
    String id;
    try (Reader reader = new Reader(post())) {
      id = reader.streamId();
      pieces.addAll(reader.read(30));
    }
    while (!pieces.getLast().data().equals("[DONE]")) {
      String last = pieces.getLast().id();
      assertThat(last).isEqualTo(id + ":" + (pieces.size() - 1));
      try (Reader reader = new Reader(resume("one", id).header("Last-Event-ID", last))) {
        assertThat(reader.streamId()).isEqualTo(id);
        pieces.addAll(reader.read(77));
      }
    }

    assertThat(data(pieces)).isEqualTo(data(whole));
    assertRefused(resume("two", id), 404, "stream_not_found");
    try (Reader again = new Reader(resume("one", id))) { // what was lost on the way is kept
      assertThat(data(again.read(Integer.MAX_VALUE))).isEqualTo(data(whole));
    }
  }

  @Test
  void reader_thatStaysAway_isGivenUp() throws Exception {
    String id;
    STEPS.drainPermits();
    STEPS.release(100);
    try (Reader reader = new Reader(post())) {
      id = reader.streamId();
      reader.read(20);
    }
    STEPS.release(1_000_000);
    await().until(() -> snapshot().usedBlocks() == 0);

    EngineSnapshot now = snapshot();
    assertThat(now.running() + now.stalled() + now.paused() + now.preempted()).isZero();
    assertRefused(resume("one", id), 404, "stream_not_found");
  }

  @Test
  void secondReader_takesOverAndTheFirstIsTold() throws Exception {
    STEPS.drainPermits();
    STEPS.release(20);
    try (Reader first = new Reader(post())) {
      String id = first.streamId();
      String last = first.read(10).getLast().id();
      try (Reader second = new Reader(resume("one", id).header("Last-Event-ID", last))) {
        assertThat(second.read(1).getFirst().id()).isEqualTo(id + ":10");
        String error = first.read(Integer.MAX_VALUE).getLast().data();
        assertThat(json(error).get("error").get("code").stringValue())
            .isEqualTo("stream_taken_over");
        STEPS.release(1_000_000);
        assertThat(second.read(Integer.MAX_VALUE).getLast().data()).isEqualTo("[DONE]");
      }
    }
  }

  @Test
  void credits_holdAcrossConnections() throws Exception {
    HttpRequest.Builder request = post().header("X-Stream-Credit", "10");
    String id;
    try (Reader reader = new Reader(request)) {
      id = reader.streamId();
      assertThat(reader.read(11)).hasSize(11); // the role and ten tokens
    }
    try (Reader again = new Reader(resume("one", id).header("Last-Event-ID", id + ":5"))) {
      assertThat(again.read(5)).extracting(Event::id).endsWith(id + ":10");
      HttpResponse<String> granted =
          server.send(
              server
                  .json("/v1/streams/" + id + "/credit", "{\"n\":400}")
                  .header("Authorization", "Bearer one"));
      assertThat(granted.statusCode()).isEqualTo(204);
      assertThat(again.read(Integer.MAX_VALUE)).hasSize(TOKENS - 10 + 1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "other:7", "%s:", "%s:x", "%s:-1", "%s:99999999999", "%s:100000"})
  void lastEventId_thatIsNone_is400(String eventId) throws Exception {
    try (Reader reader = new Reader(post())) {
      String id = reader.streamId();
      assertThat(reader.read(Integer.MAX_VALUE)).isNotEmpty();

      assertRefused(resume("one", id).header("Last-Event-ID", eventId.formatted(id)), 400, "");
    }
  }

  @Test
  void resume_ofAPlainStream_is404() throws Exception {
    assertRefused(resume("one", "chatcmpl-0"), 404, "stream_not_found");
    assertRefused(post().setHeader("X-Stream-Resumable", "yes"), 400, "");
  }
}
