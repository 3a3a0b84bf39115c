package dev.sluice.app.lifecycle;

import dev.sluice.app.SluiceProperties;
import dev.sluice.app.observe.EngineMetrics;
import dev.sluice.app.runtime.ModelRuntime;
import dev.sluice.app.runtime.ModelSettings;
import dev.sluice.engine.template.ChatTemplate;
import org.springframework.stereotype.Component;

/** Loads the configured model file; its settings are checked before the port opens. */
@Component
final class RuntimeModelSource implements ModelSource {
  private final ModelSettings settings;
  private final EngineMetrics metrics;

  RuntimeModelSource(SluiceProperties properties, EngineMetrics metrics) {
    settings = properties.modelSettings();
    this.metrics = metrics;
  }

  @Override
  public ServedModel load() {
    ModelRuntime runtime = ModelRuntime.load(settings, metrics);
    ChatTemplate template = runtime.model().chatTemplate();
    return ServedModel.of(
        runtime.name(),
        runtime.engine(),
        runtime.model().tokenizer(),
        template == null ? null : template::render);
  }
}
