package dev.sluice.app.cli;

import dev.sluice.app.client.OpenAiClient;
import dev.sluice.app.runtime.ModelStore;
import dev.sluice.engine.EngineObserver;
import dev.sluice.spring.ModelRuntime;
import dev.sluice.spring.ModelSettings;
import dev.sluice.spring.OperatorException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds and loads models for commands, showing progress on standard error. */
final class Models {

  private Models() {}

  /** The file of a model, fetched if need be; null names the default. */
  static Path resolve(ModelStore store, @Nullable String nameOrPath) {
    String wanted = nameOrPath == null ? store.catalogue().defaultName() : nameOrPath;
    try (ProgressLine line = ProgressLine.onStandardError("MB", 1_000_000)) {
      return store.resolve(wanted, line::update);
    }
  }

  static ModelRuntime load(ModelSettings settings, EngineObserver observer) {
    CommandLogging.showLoading();
    return ModelRuntime.load(settings, observer);
  }

  /** The first model that a server lists. */
  static String first(OpenAiClient client) {
    List<String> models = client.models().blockOptional().orElse(List.of());
    if (models.isEmpty()) {
      throw new OperatorException("the server lists no model; name one with --model");
    }
    return models.getFirst();
  }
}
