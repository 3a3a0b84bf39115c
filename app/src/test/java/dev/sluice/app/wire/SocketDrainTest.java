package dev.sluice.app.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of sockets when the server stops. */
final class SocketDrainTest {
  private static final String ENDLESS = "\"ignore_eos\":true,\"max_tokens\":400";

  @Test
  void drain_letsStreamsFinishRefusesNewOnesAndCloses1001() throws Exception {
    Script script = new Script();
    Semaphore steps = new Semaphore(3);
    script.backend.beforeStep(step -> steps.acquireUninterruptibly());
    ServerHarness server = ServerHarness.start(script);
    try (SocketClient client = SocketClient.open(server);
        SocketClient idle = SocketClient.open(server)) {
      client.generate("a", "\"ignore_eos\":true,\"max_tokens\":20", 5);
      await().until(() -> client.frames("token", "a").size() == 3);

      CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
      await().until(() -> server.get("/readyz").statusCode() == 503);
      client.generate("late", "\"max_tokens\":1", 1);
      assertThat(client.await("error", "late").get("error").get("code").stringValue())
          .isEqualTo("shutting_down");
      steps.release(1000);
      client.credit("a", 15); // credits are still taken

      assertThat(client.await("done", "a").get("finish_reason").stringValue()).isEqualTo("length");
      assertThat(client.closeStatus()).isEqualTo(1001);
      assertThat(idle.closeStatus()).isEqualTo(1001);
      closing.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void drain_pastItsDeadline_endsStreamsByAnErrorThenCloses() throws Exception {
    ServerHarness server = ServerHarness.start(new Script(), "sluice.drain-timeout=200ms");
    try (SocketClient client = SocketClient.open(server);
        SocketClient silent = SocketClient.openWithoutReading(server)) {
      client.generate("a", ENDLESS, 5);
      silent.generate("b", ENDLESS, 5);
      await().until(() -> client.frames("token", "a").size() == 5);

      long start = System.nanoTime();
      server.close();

      assertThat(client.await("error", "a").get("error").get("code").stringValue())
          .isEqualTo("shutting_down");
      assertThat(client.closeStatus()).isEqualTo(1001);
      // Netty's own quiet period is 2 s of it.
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    }
  }
}
