package dev.sluice.app;

import dev.sluice.engine.tokenizer.PromptText;
import dev.sluice.engine.tokenizer.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** A vocabulary of 1,000: the 256 bytes, an end token, and words that spell their own ids. */
public final class WordTokenizer implements Tokenizer {
  /** The end token: control, without text. */
  public static final int END = 256;

  @Override
  public int vocabularySize() {
    return 1000;
  }

  @Override
  public int[] encode(PromptText prompt) {
    byte[] utf8 = prompt.text().getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[utf8.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Byte.toUnsignedInt(utf8[i]);
    }
    return ids;
  }

  @Override
  public byte[] bytes(int tokenId) {
    return tokenId < 256
        ? new byte[] {(byte) tokenId}
        : piece(tokenId).getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean isControl(int tokenId) {
    return tokenId == END;
  }

  @Override
  public String piece(int tokenId) {
    return tokenId == END ? "<end>" : " w" + tokenId;
  }

  @Override
  public OptionalInt bosId() {
    return OptionalInt.empty();
  }

  @Override
  public boolean addBos() {
    return false;
  }

  @Override
  public int[] eosIds() {
    return new int[] {END};
  }

  @Override
  public String decode(int[] tokenIds, boolean skipControl) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : tokenIds) {
      if (!(skipControl && isControl(id))) {
        bytes.writeBytes(bytes(id));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
