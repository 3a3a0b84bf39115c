package dev.sluice.app.bench.stall;

import dev.sluice.engine.Engine;
import dev.sluice.engine.GenerationRequest;
import dev.sluice.engine.sampling.SamplingParams;
import dev.sluice.engine.scheduler.SchedulingParams;
import dev.sluice.engine.scheduler.StallPolicy;
import dev.sluice.engine.stream.TokenEvent;
import dev.sluice.engine.tokenizer.PromptText;
import dev.sluice.engine.tokenizer.Tokenizer;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The engine's own streams: a reader that stops requests nothing more. */
public final class InProcessWire implements Wire {
  private final Engine engine;
  private final Tokenizer tokenizer;
  private final AtomicInteger ids = new AtomicInteger();

  public InProcessWire(Engine engine, Tokenizer tokenizer) {
    this.engine = engine;
    this.tokenizer = tokenizer;
  }

  @Override
  public String name() {
    return "in process";
  }

  @Override
  public Reader open(String body, int credit, Listener listener) {
    JsonNode fields = JsonMapper.shared().readTree(body);
    String onStall = fields.path("on_stall").asString("pause").toUpperCase(Locale.ROOT);
    StreamReader reader = new StreamReader(credit, listener);
    engine
        .open(
            new GenerationRequest(
                "bench-" + ids.incrementAndGet(),
                tokenizer.encode(PromptText.untrusted(fields.path("prompt").asString())),
                SamplingParams.greedy(fields.path("max_tokens").asInt()),
                new SchedulingParams("", 0, StallPolicy.valueOf(onStall), null, null),
                OptionalInt.empty()))
        .subscribe(reader);
    return reader;
  }

  @Override
  public void close() {}

  private static final class StreamReader extends BaseSubscriber<TokenEvent> implements Reader {
    private final Listener listener;
    private final int credit;

    StreamReader(int credit, Listener listener) {
      this.credit = credit;
      this.listener = listener;
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(credit);
    }

    @Override
    protected void hookOnNext(TokenEvent event) {
      listener.token(this);
    }

    @Override
    public void grant(int tokens) {
      request(tokens);
    }

    @Override
    protected void hookOnComplete() {
      listener.ended(null);
    }

    @Override
    protected void hookOnError(Throwable failure) {
      listener.ended(failure);
    }

    @Override
    public void close() {
      cancel();
    }
  }
}
