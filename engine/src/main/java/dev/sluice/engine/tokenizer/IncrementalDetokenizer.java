package dev.sluice.engine.tokenizer;

import java.util.Arrays;

/**
 * The text of tokens that arrive one at a time, never half a character.
 *
 * <p>What it returns, joined, is exactly what {@link Tokenizer#decode} returns for all tokens at
 * once. It holds at most three bytes back. Not thread-safe: one per stream.
 */
public final class IncrementalDetokenizer {
  private final Tokenizer tokenizer;
  private final boolean skipControl;
  private byte[] pending = {};

  /**
   * Makes a detokenizer at the beginning of a stream.
   *
   * @param skipControl whether control tokens have no text
   */
  public IncrementalDetokenizer(Tokenizer tokenizer, boolean skipControl) {
    this.tokenizer = tokenizer;
    this.skipControl = skipControl;
  }

  /** The text that a further token completes; empty if it only begins a character. */
  public String append(int tokenId) {
    if (skipControl && tokenizer.isControl(tokenId)) {
      return "";
    }
    byte[] bytes = joined(pending, tokenizer.bytes(tokenId));
    int complete = bytes.length - Utf8.incompleteTail(bytes);
    pending = Arrays.copyOfRange(bytes, complete, bytes.length);
    return Utf8.decode(bytes, 0, complete);
  }

  /** The text of what was held back: U+FFFD if the stream ends inside a character, else empty. */
  public String flush() {
    String rest = Utf8.decode(pending, 0, pending.length);
    pending = new byte[0];
    return rest;
  }

  private static byte[] joined(byte[] first, byte[] second) {
    if (first.length == 0) {
      return second;
    }
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
