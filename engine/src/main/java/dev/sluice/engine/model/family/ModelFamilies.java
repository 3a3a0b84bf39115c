package dev.sluice.engine.model.family;

import dev.sluice.engine.model.ModelFormatException;
import java.util.List;

/** The model families that can be run. */
public final class ModelFamilies {
  private static final List<ModelFamily> ALL = List.of(new Llama());

  private ModelFamilies() {}

  /**
   * Finds a family.
   *
   * @throws ModelFormatException if there is none of that name
   */
  public static ModelFamily byArchitecture(String architecture) {
    return ALL.stream()
        .filter(family -> family.architecture().equals(architecture))
        .findFirst()
        .orElseThrow(() ->
            new ModelFormatException(
                "'general.architecture' is "
                    + ModelFormatException.quote(architecture)
                    + ", supported are "
                    + ALL.stream().map(ModelFamily::architecture).toList()));
  }
}
