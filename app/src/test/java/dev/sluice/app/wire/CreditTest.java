package dev.sluice.app.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.app.ServerHarness;
import dev.sluice.app.ServerHarness.Script;
import dev.sluice.app.lifecycle.OpenRequests;
import dev.sluice.app.stream.CreditGate;
import dev.sluice.app.wire.Wire.Kind;
import dev.sluice.app.wire.Wire.Reading;
import dev.sluice.engine.EngineSnapshot;
import dev.sluice.spring.ModelHolder;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds on every wire that carries credits. */
@ParameterizedClass
@EnumSource(Kind.class)
final class CreditTest {
  private static final int LOOKAHEAD = 16;
  private static final String ENDLESS = "\"ignore_eos\":true,\"seed\":7,\"max_tokens\":400";

  private static final Semaphore STEPS = new Semaphore(0);

  @SuppressWarnings("NullAway.Init")
  private static ServerHarness server;

  private final Kind kind;
  private long generatedBefore;

  @SuppressWarnings("NullAway.Init")
  private Wire wire;

  CreditTest(Kind kind) {
    this.kind = kind;
  }

  @BeforeAll
  static void startServer() throws Exception {
    Script script = new Script();
    script.backend.beforeStep(step -> STEPS.acquireUninterruptibly());
    server = ServerHarness.start(script);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @BeforeEach
  void connect() throws Exception {
    STEPS.drainPermits();
    STEPS.release(1_000_000);
    generatedBefore = snapshot().generatedTokens();
    wire = kind.connect(server);
  }

  @AfterEach
  void disconnect() {
    STEPS.release(1_000_000);
    wire.close();
    await().until(() -> snapshot().usedBlocks() == 0);
    await().until(() -> server.bean(OpenRequests.class).count() == 0);
  }

  private long generated() {
    return snapshot().generatedTokens() - generatedBefore;
  }

  private EngineSnapshot snapshot() {
    return server.bean(ModelHolder.class).require().engine().snapshot();
  }

  /** Waits until so many sequences stand still and nothing else runs. */
  private void awaitStalled(int count) {
    await()
        .until(() -> {
          EngineSnapshot now = snapshot();
          int standing = now.stalled() + now.paused();
          return standing == count && now.running() == 0 && now.waiting() == 0;
        });
  }

  /** What one uninterrupted reader gets. */
  private List<String> golden(String fields) throws Exception {
    Reading reading = wire.open(fields, CreditGate.MAX_CREDIT);
    assertThat(reading.end()).isEqualTo("length");
    return reading.tokens();
  }

  @Test
  void credit_spent_stopsTheEngineWithinItsLookahead() throws Exception {
    Reading reading = wire.open(ENDLESS, 5);
    await().until(() -> reading.tokens().size() == 5);
    awaitStalled(1);

    assertThat(reading.tokens()).hasSize(5);
    assertThat(generated()).isLessThanOrEqualTo(5 + LOOKAHEAD);
  }

  @Test
  void credit_inOddSizes_givesExactlyThatAndTheSameText() throws Exception {
    List<String> golden = golden(ENDLESS);
    assertThat(golden).hasSize(400);
    Reading reading = wire.open(ENDLESS, 1);
    int granted = 1;
    for (int n : new int[] {1, 3, 7, 100, 2, 31, 64, 1, 50}) {
      int before = granted;
      await().until(() -> reading.tokens().size() == before);
      awaitStalled(1);
      assertThat(reading.tokens()).hasSize(before);
      assertThat(reading.grant(n)).isEmpty();
      granted += n;
    }
    int all = granted;
    await().until(() -> reading.tokens().size() == all);
    assertThat(reading.grant(400)).isEmpty();

    assertThat(reading.end()).isEqualTo("length");
    assertThat(reading.tokens()).isEqualTo(golden);
  }

  @Test
  void credit_forAllTokens_endsWithoutMore() throws Exception {
    Reading reading = wire.open("\"ignore_eos\":true,\"max_tokens\":20", 20);

    assertThat(reading.end()).isEqualTo("length");
    assertThat(reading.tokens()).hasSize(20);
  }

  @Test
  void cancel_ofAStalledStream_freesItsBlocks() throws Exception {
    Reading reading = wire.open(ENDLESS, 5);
    await().until(() -> reading.tokens().size() == 5);
    awaitStalled(1);
    reading.cancel();

    await().until(() -> snapshot().usedBlocks() == 0);
    assertThat(server.bean(OpenRequests.class).count()).isZero();
    assertThat(generated()).isLessThanOrEqualTo(5 + LOOKAHEAD);
  }

  @Test
  void reader_thatStalls_doesNotHoldAnotherUp() throws Exception {
    List<String> golden = golden(ENDLESS);
    Reading stalled = wire.open(ENDLESS, 3);
    await().until(() -> stalled.tokens().size() == 3);
    Reading active = wire.open(ENDLESS, CreditGate.MAX_CREDIT);

    assertThat(active.end()).isEqualTo("length");
    assertThat(active.tokens()).isEqualTo(golden);
    assertThat(stalled.tokens()).isEqualTo(golden.subList(0, 3));

    assertThat(stalled.grant(500)).isEmpty();
    assertThat(stalled.end()).isEqualTo("length");
    assertThat(stalled.tokens()).isEqualTo(golden);
  }

  @Test
  void grant_forAStreamThatNeverWasOrHasEnded_isRefused() throws Exception {
    assertThat(wire.grantUnknown()).isEqualTo(kind.refusal("stream_not_found"));
    Reading reading = wire.open("\"max_tokens\":2,\"ignore_eos\":true", 5);
    assertThat(reading.end()).isEqualTo("length");
    await().until(() -> server.bean(OpenRequests.class).count() == 0);

    assertThat(reading.grant(1)).isEqualTo(kind.refusal("stream_not_found"));
  }

  @Test
  void grant_beyondTheCap_isRefused() throws Exception {
    STEPS.drainPermits();
    STEPS.release(3);
    Reading reading = wire.open(ENDLESS, CreditGate.MAX_CREDIT);
    await().until(() -> reading.tokens().size() == 3);

    assertThat(reading.grant(3)).isEmpty();
    assertThat(reading.grant(1)).isEqualTo(kind.refusal("credit_exceeded"));
    STEPS.release(1_000_000);
  }

  @Test
  void disconnect_ofTheWire_freesEverything() throws Exception {
    for (int i = 0; i < 10; i++) {
      Reading reading = wire.open(ENDLESS, 5);
      await().until(() -> reading.tokens().size() == 5);
    }
    awaitStalled(10);
    wire.close();

    await().until(() -> snapshot().usedBlocks() == 0);
    await().until(() -> server.bean(OpenRequests.class).count() == 0);
    assertThat(generated()).isLessThanOrEqualTo(10 * (5 + LOOKAHEAD));
  }
}
