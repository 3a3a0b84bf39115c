package dev.sluice.engine.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * The choices of one request: they share the KV blocks of the prompt that the first one computed.
 */
public final class PromptGroup {
  private @Nullable Sequence leader;

  /** Makes the first sequence that is submitted the one whose blocks the others share. */
  void join(Sequence sequence) {
    if (leader == null) {
      leader = sequence;
    }
  }

  /** The sequence to share from; null for the leader itself. */
  @Nullable Sequence leaderOf(Sequence sequence) {
    return leader == sequence ? null : leader;
  }
}
