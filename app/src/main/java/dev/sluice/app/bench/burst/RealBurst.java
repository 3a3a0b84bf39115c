package dev.sluice.app.bench.burst;

import dev.sluice.app.bench.LatencyRecorder;
import dev.sluice.app.bench.Prompts;
import dev.sluice.app.bench.stall.ServerMeters;
import dev.sluice.app.bench.stall.Wire;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The same load for real: readers who read a server's streams at their own speed. */
public final class RealBurst {
  private static final int MAX_CONTEXT = 2048;

  /** Tokens read before they are granted anew. */
  private static final int GRANT = 16;

  private final BurstSpec spec;
  private final Wire wire;
  private final ServerMeters meters;
  private final String model;
  private final String policy;
  private final JsonMapper json = JsonMapper.shared();
  private final List<Reader> readers = new ArrayList<>();
  private long startNanos;
  private volatile boolean over;

  /**
   * Makes a run.
   *
   * @param policy as the figures are to call what the server does
   */
  public RealBurst(BurstSpec spec, Wire wire, ServerMeters meters, String model, String policy) {
    this.spec = spec;
    this.wire = wire;
    this.meters = meters;
    this.model = model;
    this.policy = policy;
  }

  /**
   * Plays the load; blocks until its time is over.
   *
   * @param capacity tokens per second that the server is taken to generate
   */
  public BurstResult run(double capacity) {
    double generatedBefore = meters.read().generatedTokens();
    startNanos = System.nanoTime();
    int number = 0;
    for (Request request : Request.of(spec, capacity, MAX_CONTEXT)) {
      sleepUntil(startNanos + request.arrivalNanos());
      Reader reader = new Reader(request);
      readers.add(reader);
      reader.start(body(request, number++));
    }
    sleepUntil(startNanos + (long) (spec.seconds() * 1e9));
    BurstResult result = summary(System.nanoTime(), generatedBefore);
    over = true;
    readers.forEach(Reader::close);
    return result;
  }

  private static void sleepUntil(long nanos) {
    for (long left = nanos - System.nanoTime(); left > 0; left = nanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private String body(Request request, int number) {
    var fields = json.createObjectNode();
    fields.put("model", model);
    fields.put("prompt", Prompts.of(request.inputTokens(), spec.seed(), number));
    fields.put("max_tokens", request.outputTokens());
    fields.put("temperature", 0);
    fields.put("ignore_eos", true);
    return fields.toString();
  }

  private BurstResult summary(long end, double generatedBefore) {
    LatencyRecorder firstTokens = new LatencyRecorder();
    long read = 0;
    double dry = 0;
    double reading = 0;
    for (Reader reader : readers) {
      long first = reader.firstTokenNanos.get();
      firstTokens.recordNanos((first == 0 ? end : first) - reader.intendedNanos);
      read += reader.read.get();
      dry += reader.dryNanos.get();
      reading +=
          first == 0 ? 0 : (reader.endNanos.get() == 0 ? end : reader.endNanos.get()) - first;
    }
    double generated = meters.read().generatedTokens() - generatedBefore;
    return new BurstResult(
        policy,
        spec.load(),
        readers.size(),
        read / spec.seconds(),
        generatedBefore < 0 ? -1 : generated / spec.seconds(),
        firstTokens.summary(),
        reading == 0 ? 0 : dry / reading,
        -1,
        -1);
  }

  /** Reads one stream, token by token, at its own speed. */
  private final class Reader implements Wire.Listener, Runnable {
    private final Request request;
    private final long nanosPerToken;
    private final long intendedNanos;
    private final Semaphore unread = new Semaphore(0);
    final AtomicLong firstTokenNanos = new AtomicLong();
    final AtomicLong endNanos = new AtomicLong();
    final AtomicLong dryNanos = new AtomicLong();
    final AtomicInteger read = new AtomicInteger();
    private volatile Wire.@Nullable Reader stream;

    Reader(Request request) {
      this.request = request;
      nanosPerToken = (long) (1e9 / request.readingRate());
      intendedNanos = startNanos + request.arrivalNanos();
    }

    void start(String body) {
      stream = wire.open(body, spec.window(), this);
      Thread.ofVirtual().name("bench-reader").start(this);
    }

    @Override
    public boolean token(Wire.Reader from) {
      firstTokenNanos.compareAndSet(0, System.nanoTime());
      unread.release();
      return true;
    }

    @Override
    public void run() {
      try {
        for (int i = 1; i <= request.outputTokens() && !over; i++) {
          long waiting = System.nanoTime();
          unread.acquire();
          dryNanos.addAndGet(i == 1 ? 0 : System.nanoTime() - waiting);
          TimeUnit.NANOSECONDS.sleep(nanosPerToken);
          read.incrementAndGet();
          Wire.Reader current = stream;
          if (i % GRANT == 0 && current != null) {
            current.grant(GRANT);
          }
        }
        endNanos.set(System.nanoTime());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void ended(@Nullable Throwable failure) {
      if (failure != null && !over) {
        throw new IllegalStateException("a stream failed", failure);
      }
    }

    void close() {
      Wire.Reader current = stream;
      if (current != null) {
        current.close();
      }
      unread.release(request.outputTokens()); // so that its thread ends
    }
  }
}
