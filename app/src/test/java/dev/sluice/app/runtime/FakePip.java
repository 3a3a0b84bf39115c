package dev.sluice.app.runtime;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A script that stands in for pip: logs its calls and hands out a wheel made beforehand. */
final class FakePip {
  private static final String SCRIPT =
      """
      #!/bin/sh
      folder=$(dirname "$0")
      echo "$*" >> "$folder/calls"
      [ ! -e "$folder/failure" ] || { cat "$folder/failure"; exit 1; }
      while [ "$1" != --dest ]; do shift; done
      cp "$folder/wheel" "$2/it-1-py3-none-any.whl"
      """;

  private final Path folder;

  FakePip(Path folder) throws IOException {
    this.folder = Files.createDirectories(folder);
    Files.writeString(folder.resolve("pip"), SCRIPT);
  }

  List<String> command() {
    return List.of("/bin/sh", folder.resolve("pip").toString());
  }

  void wheel(String member, byte[] content) throws IOException {
    try (OutputStream file = Files.newOutputStream(folder.resolve("wheel"));
        ZipOutputStream zip = new ZipOutputStream(file)) {
      zip.putNextEntry(new ZipEntry(member));
      zip.write(content);
      zip.closeEntry();
    }
  }

  void rawWheel(byte[] content) throws IOException {
    Files.write(folder.resolve("wheel"), content);
  }

  void fails(String output) throws IOException {
    Files.writeString(folder.resolve("failure"), output);
  }

  List<String> calls() throws IOException {
    Path calls = folder.resolve("calls");
    return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
  }
}
