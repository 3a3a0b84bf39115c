package dev.sluice.engine.backend;

import dev.sluice.engine.model.LoadedModel;

/** A way to run a model, found by {@link java.util.ServiceLoader}. */
public interface BackendProvider {

  /** Short name by which the operator picks it, as in {@code cpu}. */
  String name();

  /** Whether this machine can run it; if not, {@link #unusableReason()} says why. */
  boolean isUsable();

  /** Why {@link #isUsable()} is false, with the remedy; empty if it is usable. */
  String unusableReason();

  /** Loads the model's weights into memory that the backend owns and allocates its KV blocks. */
  Backend open(LoadedModel model, BackendOptions options);
}
