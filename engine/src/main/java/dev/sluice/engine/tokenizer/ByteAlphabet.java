package dev.sluice.engine.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * GPT-2's spelling of bytes as printable characters: a printable Latin-1 byte is itself, the other
 * 68 are U+0100 to U+0143 in order, so that a space is {@code Ġ}.
 */
final class ByteAlphabet {
  private static final char[] CHAR_OF_BYTE = new char[256];
  private static final short[] BYTE_OF_CHAR = new short[0x144];

  static {
    Arrays.fill(BYTE_OF_CHAR, (short) -1);
    char next = 0x100;
    for (int value = 0; value < 256; value++) {
      CHAR_OF_BYTE[value] = isPrintable(value) ? (char) value : next++;
      BYTE_OF_CHAR[CHAR_OF_BYTE[value]] = (short) value;
    }
  }

  private ByteAlphabet() {}

  private static boolean isPrintable(int value) {
    return (value >= '!' && value <= '~')
        || (value >= 0xA1 && value <= 0xAC)
        || (value >= 0xAE && value <= 0xFF);
  }

  static char charOf(int value) {
    return CHAR_OF_BYTE[value & 0xFF];
  }

  /** The bytes that a token's spelling stands for; a character outside the alphabet is itself. */
  static byte[] bytes(String spelling) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(spelling.length());
    spelling
        .codePoints()
        .forEach(c -> {
          if (c < BYTE_OF_CHAR.length && BYTE_OF_CHAR[c] >= 0) {
            bytes.write(BYTE_OF_CHAR[c]);
          } else {
            bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
          }
        });
    return bytes.toByteArray();
  }
}
