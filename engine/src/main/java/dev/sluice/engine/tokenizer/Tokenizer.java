package dev.sluice.engine.tokenizer;

import java.util.OptionalInt;

/** Turns text into a model's token ids and back; immutable and safe to share between threads. */
public interface Tokenizer {

  /** Number of ids; every id is in {@code [0, vocabularySize)}. */
  int vocabularySize();

  /**
   * Encodes a prompt. Control tokens are matched only where every character is trusted;
   * user-defined tokens are matched everywhere. No beginning-of-sequence token is added.
   */
  int[] encode(PromptText prompt);

  /** The bytes that an id stands for: UTF-8, possibly part of a character. */
  byte[] bytes(int tokenId);

  /** Whether an id is a control token (begin, end, role marker), which decoding hides. */
  boolean isControl(int tokenId);

  /** The vocabulary's own spelling of an id, as {@code Ġworld}. */
  String piece(int tokenId);

  /** The token that begins a sequence, if the model has one. */
  OptionalInt bosId();

  /** Whether a plain-text prompt starts with {@link #bosId()}. */
  boolean addBos();

  /** The ids at which the model says that it is done. */
  int[] eosIds();

  /** The text of ids; malformed UTF-8 becomes U+FFFD. */
  String decode(int[] tokenIds, boolean skipControl);
}
