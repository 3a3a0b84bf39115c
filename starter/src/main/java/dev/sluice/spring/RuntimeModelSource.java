package dev.sluice.spring;

import dev.sluice.engine.EngineObserver;
import dev.sluice.engine.template.ChatTemplate;

/** Loads the configured model file; its settings are checked when the application starts. */
final class RuntimeModelSource implements ModelSource {
  private final EngineProperties properties;
  private final ModelSettings settings;
  private final EngineObserver observer;

  RuntimeModelSource(EngineProperties properties, EngineObserver observer) {
    this.properties = properties;
    settings = properties.modelSettings();
    this.observer = observer;
  }

  @Override
  public ServedModel load() {
    if (properties.model() == null) {
      throw new OperatorException("sluice.model is not set; name a GGUF file");
    }
    ModelRuntime runtime = ModelRuntime.load(settings, observer);
    ChatTemplate template = runtime.model().chatTemplate();
    return ServedModel.of(
        runtime.name(),
        runtime.engine(),
        runtime.model().tokenizer(),
        template == null ? null : template::render);
  }
}
