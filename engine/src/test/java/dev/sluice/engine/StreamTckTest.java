package dev.sluice.engine;

import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.testkit.PublisherTck;
import dev.sluice.engine.testkit.WitnessBackend;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.reactivestreams.Publisher;
import org.reactivestreams.tck.PublisherVerification;
import org.reactivestreams.tck.TestEnvironment;

/** The specification's own tests on the engine's streams. */
class StreamTckTest {
  private static final int MAX_TOKENS = 150;

  private final Engine engine =
      Engine.start(
          new EngineConfig(8, 32, 200, true, 64, Duration.ofSeconds(30), 16),
          new WitnessBackend(256, 4, 32),
          new int[] {WitnessBackend.VOCABULARY},
          EngineObserver.NONE);

  @AfterEach
  void close() {
    engine.close();
  }

  @TestFactory
  Stream<DynamicTest> open_keepsToReactiveStreams() {
    return PublisherTck.tests(new OpenVerification(engine));
  }

  /** A stream of so many tokens, and one that is refused. */
  private static final class OpenVerification extends PublisherVerification<TokenEvent> {
    private final Engine engine;

    OpenVerification(Engine engine) {
      super(new TestEnvironment(500, 200));
      this.engine = engine;
    }

    @Override
    public Publisher<TokenEvent> createPublisher(long elements) {
      return engine.open(request(5, (int) elements));
    }

    @Override
    public Publisher<TokenEvent> createFailedPublisher() {
      return engine.open(request(engine.maxContext(), 1));
    }

    private static GenerationRequest request(int promptTokens, int maxTokens) {
      return new GenerationRequest(
          "tck", new int[promptTokens], SamplingParams.greedy(maxTokens), OptionalInt.empty());
    }

    @Override
    public long maxElementsFromPublisher() {
      return MAX_TOKENS;
    }
  }
}
