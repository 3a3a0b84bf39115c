package dev.sluice.engine.model;

import dev.sluice.engine.model.gguf.GgufModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** Opens model files, whatever their format. */
public final class ModelFiles {
  private static final int PROBE_BYTES = 64;
  private static final int MAX_MESSAGE_CHARS = 2000;

  private ModelFiles() {}

  /**
   * Opens a model file and checks all of it but the weights' values.
   *
   * @throws ModelFormatException if it is refused; the message begins with the file's name
   * @throws IOException if it can't be read
   */
  public static LoadedModel open(Path path) throws IOException {
    requireRegularFile(path);
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    boolean opened = false;
    try {
      LoadedModel model = open(channel);
      opened = true;
      return model;
    } catch (ModelFormatException e) {
      throw new ModelFormatException(
          path
              + ": "
              + ModelFormatException.printable(String.valueOf(e.getMessage()), MAX_MESSAGE_CHARS),
          e);
    } finally {
      if (!opened) {
        channel.close();
      }
    }
  }

  /** Before it is opened, since opening a named pipe waits for its other end. */
  private static void requireRegularFile(Path path) {
    if (!Files.exists(path)) {
      throw new ModelFormatException(path + ": there is no such file");
    }
    if (Files.isDirectory(path)) {
      throw new ModelFormatException(path + ": it is a folder; name the .gguf file in it");
    }
    if (!Files.isRegularFile(path)) {
      throw new ModelFormatException(
          path + ": it is a pipe, a socket or a device, not a regular file; name a .gguf file");
    }
  }

  private static LoadedModel open(FileChannel channel) throws IOException {
    byte[] probe = probe(channel);
    if (!GgufModel.isGguf(probe)) {
      throw new ModelFormatException("magic is not 'GGUF'; " + guess(probe));
    }
    return GgufModel.open(channel, new FileChannelWeightFile(channel));
  }

  private static byte[] probe(FileChannel channel) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(PROBE_BYTES);
    while (buffer.hasRemaining() && channel.read(buffer, buffer.position()) >= 0) {
      // read on until the buffer is full or the file ends
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  /** Says what a file is that goes under a model's name, since that is what its owner must know. */
  private static String guess(byte[] probe) {
    String text = new String(probe, StandardCharsets.ISO_8859_1);
    if (probe.length == 0) {
      return "the file is empty";
    } else if (text.startsWith("version https://git-lfs")) {
      return "it is a Git LFS pointer: fetch the file itself with 'git lfs pull'";
    } else if (text.startsWith("tjgg") || text.startsWith("lmgg") || text.startsWith("fmgg")) {
      return "it is a GGML file, from before GGUF: convert or download the model anew";
    } else if (text.startsWith("PK")) {
      return "it is a zip archive or a PyTorch checkpoint: only GGUF is supported";
    } else if (probe[0] == (byte) 0x80) {
      return "it is a Python pickle, which is never loaded";
    } else if (text.stripLeading().startsWith("<")) {
      return "it is an HTML or XML page: the download went wrong";
    } else if (text.length() > 9 && text.charAt(8) == '{') {
      return "it looks like safetensors: only GGUF is supported";
    }
    return "it is none of the formats known here";
  }
}
