package dev.sluice.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileChannelWeightFileTest {
  @TempDir private Path folder;

  private Path file(byte[] contents) throws IOException {
    return Files.write(folder.resolve("weights"), contents);
  }

  private static byte[] noise(int bytes) {
    byte[] noise = new byte[bytes];
    new SplittableRandom(1).nextBytes(noise);
    return noise;
  }

  private static FileChannelWeightFile open(Path path) throws IOException {
    return new FileChannelWeightFile(FileChannel.open(path, StandardOpenOption.READ));
  }

  @Test
  void read_moreThanOnePart_fillsTheWholeSegment() throws IOException {
    byte[] contents = noise((17 << 20) + 3);
    try (FileChannelWeightFile weights = open(file(contents));
        Arena arena = Arena.ofConfined()) {
      MemorySegment destination = arena.allocate(contents.length - 5);

      weights.read(5, destination);

      assertThat(destination.mismatch(MemorySegment.ofArray(contents).asSlice(5))).isEqualTo(-1);
    }
  }

  @Test
  void read_manyThreads_eachGetsItsOwnPlace() throws IOException {
    byte[] contents = noise(1 << 16);
    try (FileChannelWeightFile weights = open(file(contents))) {
      IntStream.range(0, 2000)
          .parallel()
          .forEach(i -> {
            int position = i * 31;
            byte[] part = new byte[97];
            readUnchecked(weights, position, part);
            assertThat(part)
                .containsExactly(
                    MemorySegment.ofArray(contents)
                        .asSlice(position, 97)
                        .toArray(ValueLayout.JAVA_BYTE));
          });
    }
  }

  private static void readUnchecked(WeightFile weights, long position, byte[] part) {
    try {
      weights.read(position, MemorySegment.ofArray(part));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void read_fileShortenedSinceItWasOpened_throwsIoException() throws IOException {
    Path path = file(noise(1000));
    try (FileChannelWeightFile weights = open(path);
        FileChannel writer = FileChannel.open(path, StandardOpenOption.WRITE)) {
      writer.truncate(600);

      assertThatThrownBy(() -> weights.read(500, MemorySegment.ofArray(new byte[200])))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("ended at byte 600")
          .hasMessageContaining("1000 bytes");
    }
  }
}
