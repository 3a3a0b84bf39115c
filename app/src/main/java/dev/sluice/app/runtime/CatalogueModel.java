package dev.sluice.app.runtime;

import java.util.List;

/**
 * A model that can be fetched by name.
 *
 * @param name by which {@code --model} and {@code pull} know it
 * @param file its name in the models folder
 * @param sizeBytes length of the whole file
 * @param sha256 of the whole file, in lower-case hexadecimal digits
 * @param licence SPDX identifier
 * @param description one line for lists
 * @param parts what the file is joined from, in order
 */
public record CatalogueModel(
    String name,
    String file,
    long sizeBytes,
    String sha256,
    String licence,
    String description,
    List<Part> parts) {

  /**
   * A file inside a Python wheel.
   *
   * @param pythonPackage distribution name in the package index
   * @param version exact version
   * @param member path inside the wheel
   */
  public record Part(String pythonPackage, String version, String member) {

    String requirement() {
      return pythonPackage + "==" + version;
    }
  }
}
