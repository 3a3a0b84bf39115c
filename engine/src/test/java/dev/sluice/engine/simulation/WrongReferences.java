package dev.sluice.engine.simulation;

import dev.sluice.engine.scheduler.Scheduler;
import java.util.HashMap;
import java.util.Map;

/**
 * Miscounts the holders of blocks, through the pool that the scheduler shows to its meters: what a
 * retain or a release too many in its code would do.
 */
final class WrongReferences implements Sabotage {
  /** What is miscounted. */
  enum Mistake {
    /** The first block that is shared is counted for one holder too many: it will never be free. */
    SHARED_ONCE_TOO_OFTEN,
    /** It is counted for one holder too few: it will be free while one still holds it. */
    SHARED_ONCE_TOO_RARELY,
    /** The blocks of a sequence that has ended are given back again. */
    RELEASED_TWICE
  }

  private final Mistake mistake;
  private final boolean hidesMemory;
  private boolean done;
  private Map<Stream, int[]> held = new HashMap<>(); // after the last step

  WrongReferences(Mistake mistake, boolean hidesMemory) {
    this.mistake = mistake;
    this.hidesMemory = hidesMemory;
  }

  @Override
  public boolean hidesMemory() {
    return hidesMemory;
  }

  @Override
  public void afterStep(Scheduler scheduler, Iterable<Stream> live) {
    if (done) {
      return;
    }
    if (mistake == Mistake.RELEASED_TWICE) {
      releaseAgain(scheduler, live);
    } else {
      live.forEach(stream -> miscountShared(scheduler, stream));
    }
  }

  private void miscountShared(Scheduler scheduler, Stream stream) {
    for (int block : stream.sequence.blockIds()) {
      if (!done && scheduler.pool().references(block) > 1) {
        done = true;
        if (mistake == Mistake.SHARED_ONCE_TOO_OFTEN) {
          scheduler.pool().retain(block);
        } else {
          scheduler.pool().release(block);
        }
      }
    }
  }

  private void releaseAgain(Scheduler scheduler, Iterable<Stream> live) {
    Map<Stream, int[]> now = new HashMap<>();
    live.forEach(stream -> now.put(stream, stream.sequence.blockIds()));
    for (Stream stream : held.keySet()) {
      if (stream.sequence.state().isTerminal() && !done) {
        for (int block : held.get(stream)) {
          done = true;
          scheduler.pool().release(block);
        }
      }
    }
    held = now;
  }
}
