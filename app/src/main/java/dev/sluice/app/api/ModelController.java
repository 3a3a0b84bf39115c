package dev.sluice.app.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.spring.ModelHolder;
import dev.sluice.spring.ServedModel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** {@code GET /v1/models}: what is served. */
@RestController
final class ModelController {
  private final ModelHolder holder;
  private final long startedSeconds = System.currentTimeMillis() / 1000;

  ModelController(ModelHolder holder) {
    this.holder = holder;
  }

  /** A list of models. */
  record ModelList(String object, List<Model> data) {}

  /** One model; {@code max_model_len} is its context in tokens. */
  record Model(
      String id,
      String object,
      long created,
      @JsonProperty("owned_by") String ownedBy,
      String root,
      @Nullable String parent,
      @JsonProperty("max_model_len") int maxModelLen) {}

  @GetMapping("/v1/models")
  ModelList models() {
    return new ModelList("list", List.of(model(holder.require())));
  }

  @GetMapping("/v1/models/{*id}")
  Model model(@PathVariable("id") String path) {
    ServedModel served = holder.require();
    String id = path.substring(1);
    if (!id.equals(served.name())) {
      throw JsonRequests.modelNotFound(id, served.name());
    }
    return model(served);
  }

  private Model model(ServedModel served) {
    return new Model(
        served.name(),
        "model",
        startedSeconds,
        "sluice",
        served.name(),
        null,
        served.engine().maxContext());
  }
}
