package dev.sluice.app.runtime;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.json.JsonMapper;

/**
 * The models that can be fetched by name; read from {@code models.json} in the class path.
 *
 * @param defaultName the model that is used where none is named
 * @param models in the order in which they are listed
 */
public record ModelCatalogue(
    @JsonProperty("default") String defaultName, List<CatalogueModel> models) {

  private static final String RESOURCE = "/models.json";

  /** The catalogue that this build of Sluice carries. */
  public static ModelCatalogue bundled() {
    try (InputStream in = ModelCatalogue.class.getResourceAsStream(RESOURCE)) {
      return JsonMapper.shared().readValue(in, ModelCatalogue.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Optional<CatalogueModel> find(String name) {
    return models.stream().filter(model -> model.name().equals(name)).findFirst();
  }

  /** The names that {@link #find} knows, joined for messages. */
  String names() {
    return String.join(", ", models.stream().map(CatalogueModel::name).toList());
  }
}
