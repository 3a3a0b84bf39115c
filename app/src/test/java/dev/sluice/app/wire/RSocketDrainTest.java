package dev.sluice.app.wire;

import static dev.sluice.app.ServerHarness.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of RSocket connections when the server stops. */
final class RSocketDrainTest {
  private static final String CHAT = "v1.chat.completions";

  @Test
  void drain_letsAStreamFinishRefusesNewOnesAndClosesIdleConnections() throws Exception {
    Script script = new Script();
    Semaphore steps = new Semaphore(3);
    script.backend.beforeStep(step -> steps.acquireUninterruptibly());
    ServerHarness server = ServerHarness.start(script);
    try (RSocketClient client = RSocketClient.open(server);
        RSocketClient idle = RSocketClient.open(server)) {
      RSocketWire.Stream stream = new RSocketWire.Stream(5);
      client.stream(CHAT, chat("\"ignore_eos\":true,\"max_tokens\":20")).subscribe(stream);
      await().until(() -> stream.tokens().size() == 3);
      long start = System.nanoTime();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
      await().until(() -> server.get("/readyz").statusCode() == 503);

      RSocketWire.Stream late = new RSocketWire.Stream(1);
      client.stream(CHAT, chat("\"max_tokens\":1")).subscribe(late);
      assertThat(late.end()).isEqualTo("shutting_down");
      steps.release(1000);
      stream.grant(15);

      assertThat(stream.end()).isEqualTo("length");
      assertThat(stream.tokens()).hasSize(20);
      client.awaitClosed();
      idle.awaitClosed();
      closing.get(20, TimeUnit.SECONDS);
      // Were it held open by a connection, it would wait for its phase's 35 s.
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }
  }

  @Test
  void drain_pastItsDeadline_endsStreamsByAnErrorThenCloses() throws Exception {
    ServerHarness server = ServerHarness.start(new Script(), "sluice.drain-timeout=200ms");
    try (RSocketClient client = RSocketClient.open(server)) {
      RSocketWire.Stream stream = new RSocketWire.Stream(5);
      client.stream(CHAT, chat("\"ignore_eos\":true,\"max_tokens\":400")).subscribe(stream);
      await().until(() -> stream.tokens().size() == 5);
      long start = System.nanoTime();
      server.close();

      assertThat(stream.end()).isEqualTo("shutting_down");
      client.awaitClosed();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }
  }
}
