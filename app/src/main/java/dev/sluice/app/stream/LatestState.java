package dev.sluice.app.stream;

import dev.sluice.engine.stream.StateListener;
import dev.sluice.engine.stream.StreamState;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The newest state of each of a request's choices, for one reader. An older one that the reader was
 * not told in time is forgotten, so that whoever doesn't read costs no memory.
 *
 * <p>Written by the engine thread, which never waits here.
 */
public final class LatestState implements StateListener {
  private final AtomicReferenceArray<@Nullable StreamState> untold;
  private volatile @Nullable StreamState newest;
  private volatile Runnable onChange = () -> {};

  public LatestState(int choices) {
    untold = new AtomicReferenceArray<>(choices);
  }

  /**
   * A choice's state.
   *
   * @param choice its index among all of the request's
   */
  public record Change(int choice, StreamState state) {}

  /** Calls this after each change, on the engine thread: it must neither block nor throw. */
  public void onChange(Runnable listener) {
    onChange = listener;
  }

  @Override
  public void onState(int choice, StreamState state) {
    untold.set(choice, state);
    newest = state;
    onChange.run();
  }

  /** Takes a state that the reader was not told; null if there is none. */
  public @Nullable Change poll() {
    for (int choice = 0; choice < untold.length(); choice++) {
      StreamState state = untold.getAndSet(choice, null);
      if (state != null) {
        return new Change(choice, state);
      }
    }
    return null;
  }

  /** The state that was entered last, by whichever choice; null before the first. */
  public @Nullable StreamState newest() {
    return newest;
  }
}
