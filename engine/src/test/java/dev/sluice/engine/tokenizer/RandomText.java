package dev.sluice.engine.tokenizer;

import java.util.Random;

/** Random Unicode text, rich in what the split patterns tell apart. */
final class RandomText {
  private static final String[] SPECIMENS = {
    " ",
    "  ",
    "\n",
    "\r\n",
    "\t",
    "\u0085",
    "\u00A0",
    "\u2003",
    "\u2028",
    "\u3000",
    "\u200B",
    "\u001C",
    "\u001F",
    "\u180E",
    "\uFEFF",
    "\u000B",
    "\f",
    "'",
    "'s",
    "'S",
    "'ll",
    "'LL",
    "'Re",
    "'vE",
    "'\u017F",
    "'d",
    "'T",
    "''m",
    "a",
    "Zq",
    "é",
    "e\u0301",
    "ß",
    "Ж",
    "漢字",
    "か",
    "ǅ",
    "ʰ",
    "𝔘",
    "𐐷",
    "1",
    "23",
    "٣",
    "½",
    "Ⅷ",
    "①",
    "²",
    "𝟘",
    "𐄇",
    "!",
    "?!",
    "...",
    "_",
    "-",
    "$",
    "€",
    "😀",
    "👨\u200D👩",
    "\u0000",
    "\uE000",
    "\uFFFD",
    "<|im_end|>",
    "\uD83C\uDFFE"
  };

  private RandomText() {}

  /** Up to {@code maxUnits} specimens and random code points; no lone surrogates. */
  static String next(Random random, int maxUnits) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(maxUnits + 1); i > 0; i--) {
      if (random.nextInt(8) == 0) {
        text.appendCodePoint(codePoint(random));
      } else {
        text.append(SPECIMENS[random.nextInt(SPECIMENS.length)]);
      }
    }
    return text.toString();
  }

  private static int codePoint(Random random) {
    while (true) {
      int c = random.nextInt(random.nextBoolean() ? 0x3100 : Character.MAX_CODE_POINT + 1);
      if (Character.getType(c) != Character.SURROGATE) {
        return c;
      }
    }
  }
}
