package dev.sluice.engine.tokenizer;

import java.util.BitSet;

/**
 * Text for the model in which it is known which characters the template wrote.
 *
 * <p>Only those may form special tokens: a user who types {@code <|im_start|>} gets plain text.
 *
 * @param text the whole prompt
 * @param trusted set for each index of {@code text} (UTF-16 unit) that the template itself wrote
 */
public record PromptText(String text, BitSet trusted) {

  /** Text in which no character may be part of a special token. */
  public static PromptText untrusted(String text) {
    return new PromptText(text, new BitSet());
  }

  /** Text in which special tokens are recognised everywhere. */
  public static PromptText trusted(String text) {
    BitSet all = new BitSet(text.length());
    all.set(0, text.length());
    return new PromptText(text, all);
  }
}
