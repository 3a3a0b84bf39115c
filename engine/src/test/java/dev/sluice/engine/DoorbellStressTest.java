package dev.sluice.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is left before a ring is found, under every interleaving that matters. */
public final class DoorbellStressTest {
  private static final int INTERLEAVINGS = 500;
  private static final int POSTS = 50_000;

  /** Longer than the whole test may take: a lost ring is then seen as a test that hangs. */
  private static final long FOREVER = TimeUnit.MINUTES.toNanos(10);

  /** The engine loop's inbox without its engine. */
  private static final class Inbox {
    private final Doorbell bell = new Doorbell();
    private final Queue<Integer> items = new ConcurrentLinkedQueue<>();

    void post(int item) {
      items.add(item);
      bell.ring();
    }

    int take(int count, AtomicInteger taken) {
      bell.belongsToThisThread();
      while (taken.get() < count) {
        bell.answer();
        int before = taken.get();
        for (Integer item = items.poll(); item != null; item = items.poll()) {
          taken.incrementAndGet();
        }
        if (taken.get() == before) {
          bell.sleep(FOREVER);
        }
      }
      return taken.get();
    }
  }

  @Test
  @Timeout(60)
  void post_anyInterleaving_isTaken() {
    Lincheck.runConcurrentTest(INTERLEAVINGS, DoorbellStressTest::twoPostersAndASleeper);
  }

  private static void twoPostersAndASleeper() {
    Inbox inbox = new Inbox();
    AtomicInteger taken = new AtomicInteger();
    Thread sleeper = new Thread(() -> inbox.take(2, taken));
    Thread poster = new Thread(() -> inbox.post(1));
    sleeper.start();
    poster.start();
    inbox.post(2);
    join(poster);
    join(sleeper);
    if (taken.get() != 2) {
      throw new IllegalStateException("taken: " + taken.get());
    }
  }

  @Test
  @Timeout(60)
  void post_eachWhenTheLastWasTaken_isTakenSoon() throws InterruptedException {
    Inbox inbox = new Inbox();
    AtomicInteger taken = new AtomicInteger();
    Thread sleeper = Thread.ofPlatform().daemon().start(() -> inbox.take(POSTS, taken));
    for (int i = 0; i < POSTS; i++) {
      inbox.post(i);
      while (taken.get() <= i - 3) {
        Thread.onSpinWait(); // so that the sleeper is about to sleep when the next one comes
      }
    }
    sleeper.join();
    assertThat(taken).hasValue(POSTS);
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
