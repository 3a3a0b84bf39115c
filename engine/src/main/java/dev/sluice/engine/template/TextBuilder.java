package dev.sluice.engine.template;

import java.util.BitSet;

/** Joins texts and keeps track of which characters are trusted, within a budget. */
final class TextBuilder {
  private final Budget budget;
  private final StringBuilder chars = new StringBuilder();
  private final BitSet trusted = new BitSet();

  TextBuilder(Budget budget) {
    this.budget = budget;
  }

  TextBuilder append(Text text) {
    reserve(text.length());
    text.copyTrusted(trusted, chars.length());
    chars.append(text.chars());
    return this;
  }

  /** Appends characters that are not trusted. */
  TextBuilder append(String text) {
    reserve(text.length());
    chars.append(text);
    return this;
  }

  private void reserve(int length) {
    long total = (long) chars.length() + length;
    if (total > Budget.MAX_CHARS) {
      budget.chars(total);
    }
    budget.chars(length);
  }

  Text build() {
    return new Text(chars.toString(), trusted);
  }
}
