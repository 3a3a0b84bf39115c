package dev.sluice.app.runtime;

import dev.sluice.engine.Engine;
import dev.sluice.engine.model.LoadedModel;

/** A loaded model with a running engine over it. */
public final class ModelRuntime implements AutoCloseable {
  private final String name;
  private final LoadedModel model;
  private final Engine engine;

  public ModelRuntime(String name, LoadedModel model, Engine engine) {
    this.name = name;
    this.model = model;
    this.engine = engine;
  }

  /** The name by which clients ask for it. */
  public String name() {
    return name;
  }

  public LoadedModel model() {
    return model;
  }

  public Engine engine() {
    return engine;
  }

  @Override
  public void close() {
    engine.close();
  }
}
