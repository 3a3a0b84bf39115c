package dev.sluice.engine.cpu;

import dev.sluice.engine.backend.BackendException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed team of threads, the caller being one of them, that runs short parallel phases without
 * locks or allocation.
 *
 * <p>A phase is a number of items cut into chunks. One 64-bit ticket holds the phase's number and
 * the chunks left; a thread takes a chunk by decrementing it, so a chunk can only be taken from the
 * phase whose number the thread saw, and the phase's fields, written before the ticket, are safe to
 * read once that succeeded. The caller takes chunks too and waits for chunks, never for threads: a
 * worker that the operating system keeps off its core delays nothing that it did not take.
 *
 * <p>Idle threads spin for a moment, as phases follow each other within microseconds, and then
 * park.
 */
final class WorkerTeam implements AutoCloseable {
  /** One phase's work; called by several threads at once with disjoint ranges. */
  interface Work {
    /** Computes items {@code begin} to {@code end} with the scratch memory of {@code worker}. */
    void run(int worker, int begin, int end);
  }

  private static final long SPIN_NANOS = 100_000;
  private static final long PARK_NANOS = 50_000;
  private static final int SPINS_BETWEEN_CLOCK_READS = 64;
  private static final long CHUNKS_MASK = 0xffff_ffffL;

  private static final VarHandle TICKET;
  private static final VarHandle DONE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      TICKET = lookup.findVarHandle(WorkerTeam.class, "ticket", long.class);
      DONE = lookup.findVarHandle(WorkerTeam.class, "done", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Worker[] workers;

  // The phase; written by the caller before the ticket.
  private @Nullable Work work;
  private int itemCount;
  private int chunkItems;
  private int chunkCount;

  @SuppressWarnings("UnusedVariable") // through TICKET
  private volatile long ticket; // phase number << 32 | chunks left

  private volatile int done; // chunks
  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  /** A team of {@code threads}, the thread that calls {@link #run} included. */
  WorkerTeam(int threads) {
    workers = new Worker[threads - 1];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new Worker(i + 1);
      workers[i].start();
    }
  }

  int threads() {
    return workers.length + 1;
  }

  /**
   * Runs {@code count} items in chunks of {@code chunk} and returns when all are done.
   *
   * @throws BackendException if an item threw; the rest of the phase is skipped
   */
  void run(Work phase, int count, int chunk) {
    if (count <= chunk || workers.length == 0) {
      runAlone(phase, count);
      return;
    }
    publish(phase, count, chunk);
    while (takeChunk(0)) {}
    awaitChunks();
    rethrow();
  }

  private static void runAlone(Work phase, int count) {
    try {
      phase.run(0, 0, count);
    } catch (RuntimeException | Error e) {
      throw failed(e);
    }
  }

  private void publish(Work phase, int count, int chunk) {
    work = phase;
    itemCount = count;
    chunkItems = chunk;
    chunkCount = (count + chunk - 1) / chunk;
    done = 0;
    ticket = (((ticket >>> 32) + 1) << 32) | chunkCount;
    for (Worker worker : workers) {
      worker.wake();
    }
  }

  /** Takes and runs one chunk; false if none is left. */
  private boolean takeChunk(int worker) {
    long seen = (long) TICKET.getVolatile(this);
    do {
      if ((seen & CHUNKS_MASK) == 0) {
        return false;
      }
      long witness = (long) TICKET.compareAndExchange(this, seen, seen - 1);
      if (witness == seen) {
        break;
      }
      seen = witness;
    } while (true);
    runChunk(worker, chunkCount - (int) (seen & CHUNKS_MASK));
    return true;
  }

  private void runChunk(int worker, int index) {
    try {
      Work phase = work;
      if (failure == null && phase != null) {
        int begin = index * chunkItems;
        phase.run(worker, begin, Math.min(begin + chunkItems, itemCount));
      }
    } catch (Throwable e) { // any fault, so that the caller is not left waiting
      failure = e;
    } finally {
      DONE.getAndAdd(this, 1);
    }
  }

  private void awaitChunks() {
    long deadline = System.nanoTime() + SPIN_NANOS;
    for (int spins = 1; done != chunkCount; spins++) {
      if (spins % SPINS_BETWEEN_CLOCK_READS != 0 || System.nanoTime() < deadline) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(this, PARK_NANOS);
      }
    }
  }

  private void rethrow() {
    Throwable thrown = failure;
    if (thrown != null) {
      failure = null;
      throw failed(thrown);
    }
  }

  private static BackendException failed(Throwable cause) {
    return cause instanceof BackendException known
        ? known
        : new BackendException("a CPU worker failed: " + cause, cause);
  }

  @Override
  public void close() {
    closed = true;
    for (Worker worker : workers) {
      worker.wake();
      joinUninterruptibly(worker);
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Worker extends Thread {
    private final int index;
    private volatile boolean parked;

    Worker(int index) {
      super("sluice-cpu-" + index);
      this.index = index;
      setDaemon(true);
    }

    void wake() {
      if (parked) {
        parked = false;
        LockSupport.unpark(this);
      }
    }

    @Override
    public void run() {
      while (!closed) {
        if (!takeChunk(index) && !spinForWork()) {
          park();
        }
      }
    }

    private boolean spinForWork() {
      long deadline = System.nanoTime() + SPIN_NANOS;
      for (int spins = 1; !hasWork(); spins++) {
        if (spins % SPINS_BETWEEN_CLOCK_READS == 0 && System.nanoTime() >= deadline) {
          return false;
        }
        Thread.onSpinWait();
      }
      return true;
    }

    private boolean hasWork() {
      return (ticket & CHUNKS_MASK) != 0 || closed;
    }

    private void park() {
      parked = true;
      // Work published before the caller could see the flag would otherwise be missed.
      while (parked && !hasWork()) {
        LockSupport.park(WorkerTeam.this);
      }
      parked = false;
    }
  }
}
