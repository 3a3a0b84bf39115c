package dev.sluice.app.bench.stall;

import dev.sluice.app.bench.LatencyRecorder;
import dev.sluice.app.bench.Prompts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * Some readers read and as many stop: measures what the first get, against a run in which the
 * second never came.
 */
public final class StallBench {
  /** What those that stop are told to be served as. */
  public enum Scene {
    /** They never came. */
    ALONE("alone"),
    /** They stop, and the server does what it does. */
    STOPPED("half stopped"),
    /** They stop, and the server is told to run on: what one that ignores demand does. */
    IGNORED("half stopped, demand ignored");

    final String text;

    Scene(String text) {
      this.text = text;
    }
  }

  /** Tokens that a reader has granted and not read, at most. */
  private static final int WINDOW = 32;

  /** Tokens that a reader reads before it stops. */
  private static final int STOP_AFTER = 8;

  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final Wire wire;
  private final ServerMeters meters;
  private final StallSpec spec;
  private final JsonMapper json = JsonMapper.shared();
  private final AtomicInteger requests = new AtomicInteger();

  /** Makes a benchmark over a wire. */
  public StallBench(Wire wire, ServerMeters meters, StallSpec spec) {
    this.wire = wire;
    this.meters = meters;
    this.spec = spec;
  }

  /** Runs a scene; blocks until it has been measured. */
  public StallResult run(Scene scene) {
    Run run = new Run(scene);
    try {
      return run.measure();
    } finally {
      run.close();
    }
  }

  private final class Run {
    private final Scene scene;
    private final List<StoppingReader> stopping = new ArrayList<>();
    private final List<ActiveReader> active = new ArrayList<>();
    private final LatencyRecorder latencies = new LatencyRecorder();
    private final LongAdder activeTokens = new LongAdder();
    private final LongAdder stoppedTokens = new LongAdder();
    private final AtomicInteger errors = new AtomicInteger();
    private volatile @Nullable Throwable firstError;
    private volatile boolean measuring;
    private volatile boolean over;

    Run(Scene scene) {
      this.scene = scene;
    }

    StallResult measure() {
      double generatedBefore = meters.read().generatedTokens();
      for (int i = 0; scene != Scene.ALONE && i < spec.readers() / 2; i++) {
        stopping.add(new StoppingReader(this));
      }
      await(() -> stopping.stream().allMatch(reader -> reader.tokens.intValue() >= STOP_AFTER));
      for (int i = 0; i < spec.readers() - spec.readers() / 2; i++) {
        active.add(new ActiveReader(this));
      }
      await(() -> activeTokens.sum() >= active.size());
      LockSupport.parkNanos(spec.warmUp().toNanos());
      measuring = true;
      long before = activeTokens.sum();
      long started = System.nanoTime();
      LockSupport.parkNanos(spec.duration().toNanos());
      long tokens = activeTokens.sum() - before;
      double seconds = (System.nanoTime() - started) / 1e9;
      measuring = false;
      ServerMeters.Reading end = meters.read();
      return new StallResult(
          wire.name(),
          scene.text,
          active.size(),
          stopping.size(),
          tokens / seconds,
          latencies.summary(),
          stoppedTokens.sum(),
          wasted(end.generatedTokens() - generatedBefore, generatedBefore < 0),
          end.kvUsage(),
          errors.get());
    }

    /** Tokens computed and read by nobody, for each reader that stopped. */
    private double wasted(double generated, boolean unknown) {
      double unread = generated - activeTokens.sum() - stoppedTokens.sum();
      return unknown || stopping.isEmpty() ? -1 : Math.max(0, unread / stopping.size());
    }

    private void await(BooleanSupplier condition) {
      long deadline = System.nanoTime() + spec.patience().toNanos();
      while (!condition.getAsBoolean()) {
        if (firstError != null) {
          throw new IllegalStateException("a stream failed", firstError);
        }
        if (System.nanoTime() > deadline) {
          throw new IllegalStateException(
              "the readers got no tokens within " + spec.patience().toSeconds() + " s");
        }
        LockSupport.parkNanos(POLL_NANOS);
      }
    }

    void failed(Throwable failure) {
      errors.incrementAndGet();
      firstError = failure;
    }

    void close() {
      over = true;
      stopping.forEach(StoppingReader::close);
      active.forEach(ActiveReader::close);
      LockSupport.parkNanos(spec.warmUp().toNanos()); // until the server has let go of them
    }
  }

  private String body(boolean stops, Scene scene) {
    var fields = json.createObjectNode();
    fields.put("model", spec.model());
    fields.put("prompt", Prompts.of(spec.inputTokens(), spec.seed(), requests.incrementAndGet()));
    fields.put("max_tokens", spec.outputTokens());
    fields.put("temperature", 0);
    fields.put("ignore_eos", true);
    if (stops && scene == Scene.IGNORED) {
      fields.put("on_stall", "conflate");
    }
    return fields.toString();
  }

  /** Reads a few tokens and then no more. */
  private final class StoppingReader implements Wire.Listener {
    private final Run run;
    final AtomicInteger tokens = new AtomicInteger();
    private final Wire.Reader reader;

    StoppingReader(Run run) {
      this.run = run;
      reader = wire.open(body(true, run.scene), WINDOW, this);
    }

    @Override
    public boolean token(Wire.Reader from) {
      run.stoppedTokens.increment();
      return tokens.incrementAndGet() < STOP_AFTER;
    }

    @Override
    public void ended(@Nullable Throwable failure) {
      if (failure != null && !run.over) {
        run.failed(failure);
      }
    }

    void close() {
      reader.close();
    }
  }

  /** Reads all it gets, one answer after the other. */
  private final class ActiveReader implements Wire.Listener {
    private final Run run;
    private volatile Wire.Reader reader;
    private long lastNanos;
    private int unread;

    ActiveReader(Run run) {
      this.run = run;
      reader = wire.open(body(false, run.scene), WINDOW, this);
    }

    @Override
    public boolean token(Wire.Reader from) {
      long now = System.nanoTime();
      run.activeTokens.increment();
      if (run.measuring && lastNanos != 0) {
        run.latencies.recordNanos(now - lastNanos);
      }
      lastNanos = now;
      if (++unread == WINDOW / 2) {
        unread = 0;
        from.grant(WINDOW / 2);
      }
      return true;
    }

    @Override
    public void ended(@Nullable Throwable failure) {
      if (run.over) {
        return;
      }
      if (failure != null) {
        run.failed(failure);
        return;
      }
      unread = 0;
      lastNanos = 0; // the next answer's prefill is not between two tokens
      reader = wire.open(body(false, run.scene), WINDOW, this);
    }

    void close() {
      reader.close();
    }
  }
}
