package dev.sluice.app.runtime;

import dev.sluice.app.runtime.CatalogueModel.Part;
import dev.sluice.spring.OperatorException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Downloads Python wheels with the user's own {@code pip}, so that proxies, mirrors and credentials
 * are those that pip is set up for.
 */
final class WheelDownloader {
  private static final int POLL_MILLIS = 200;
  private static final int ERROR_LINES = 4;

  private final List<String> pip;

  /**
   * Makes a downloader.
   *
   * @param pip the command that runs pip, as {@code python3 -m pip}
   */
  WheelDownloader(List<String> pip) {
    this.pip = List.copyOf(pip);
  }

  /**
   * Downloads a wheel into an empty folder.
   *
   * @param progress hears how many bytes lie in the folder
   * @throws OperatorException if pip is missing or fails, with what it said
   */
  Path download(Part part, Path folder, LongConsumer progress) throws IOException {
    Path log = folder.resolve("pip.log");
    Process process = start(part, folder, log);
    try {
      while (!process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        progress.accept(bytesIn(folder));
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new OperatorException("the download was interrupted; run it again", e);
    }
    if (process.exitValue() != 0) {
      throw new OperatorException(
          "pip could not download " + part.requirement() + ":\n" + tail(log));
    }
    return wheelIn(folder, part);
  }

  private Process start(Part part, Path folder, Path log) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(part, folder));
    builder.environment().put("TMPDIR", folder.toString()); // pip first writes there: our progress
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    builder.redirectInput(ProcessBuilder.Redirect.from(nullDevice()));
    try {
      return builder.start();
    } catch (IOException e) {
      throw new OperatorException(
          "cannot run " + pip.getFirst() + " (" + e.getMessage() + "); install Python 3 with pip",
          e);
    }
  }

  private static File nullDevice() {
    return new File(File.separatorChar == '\\' ? "NUL" : "/dev/null");
  }

  private List<String> command(Part part, Path folder) {
    List<String> command = new ArrayList<>(pip);
    command.addAll(List.of("download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"));
    command.addAll(List.of("--disable-pip-version-check", "--no-input", "--progress-bar", "off"));
    command.addAll(List.of("--dest", folder.toString(), part.requirement()));
    return command;
  }

  private static long bytesIn(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toFile).filter(File::isFile).mapToLong(File::length).sum();
    } catch (IOException | UncheckedIOException e) {
      return 0; // pip renames and deletes files while they are counted; the next count is right
    }
  }

  private static Path wheelIn(Path folder, Part part) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".whl"))
          .findFirst()
          .orElseThrow(
              () -> new OperatorException("pip downloaded no wheel of " + part.requirement()));
    }
  }

  private static String tail(Path log) throws IOException {
    List<String> lines =
        new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
            .lines()
            .filter(line -> !line.isBlank())
            .toList();
    List<String> last = lines.subList(Math.max(0, lines.size() - ERROR_LINES), lines.size());
    return String.join("\n", last).indent(2).stripTrailing();
  }
}
