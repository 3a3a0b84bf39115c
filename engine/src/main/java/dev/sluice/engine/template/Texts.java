package dev.sluice.engine.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Python's string methods; what they keep of a text stays as trusted as it was. */
final class Texts {

  private Texts() {}

  static Text upper(Text text) {
    return text.map(chars -> chars.toUpperCase(Locale.ROOT));
  }

  static Text lower(Text text) {
    return text.map(chars -> chars.toLowerCase(Locale.ROOT));
  }

  static Text capitalized(Text text) {
    return text.map(Texts::capitalized);
  }

  private static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  /** Python's method: each run of letters begins with a capital. */
  static Text title(Text text) {
    return text.map(chars -> inTitleCase(chars, c -> !Character.isLetter(c)));
  }

  /** Jinja's filter: only blanks, hyphens and opening brackets begin a word. */
  static Text titleByBlanks(Text text) {
    return text.map(chars -> inTitleCase(chars, c -> Python.isSpace(c) || "-({[<".indexOf(c) >= 0));
  }

  private static String inTitleCase(String text, java.util.function.IntPredicate beginsWord) {
    StringBuilder title = new StringBuilder(text.length());
    boolean atStart = true;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      String character = Character.toString(c);
      title.append(
          atStart ? character.toUpperCase(Locale.ROOT) : character.toLowerCase(Locale.ROOT));
      atStart = beginsWord.test(c);
      i += Character.charCount(c);
    }
    return title.toString();
  }

  /** Without the given characters, or without spaces if there are none given, at either end. */
  static Text strip(Text text, @Nullable Object chars, boolean left, boolean right) {
    String set = chars == null || chars == None.NONE ? null : Python.requireText(chars).chars();
    int start = 0;
    int end = text.length();
    while (left && start < end && isStripped(text.chars().codePointAt(start), set)) {
      start += Character.charCount(text.chars().codePointAt(start));
    }
    while (right && end > start && isStripped(text.chars().codePointBefore(end), set)) {
      end -= Character.charCount(text.chars().codePointBefore(end));
    }
    return text.slice(start, end);
  }

  private static boolean isStripped(int c, @Nullable String set) {
    return set == null ? Python.isSpace(c) : set.indexOf(c) >= 0;
  }

  static Text replace(Text text, Text old, Text replacement, long limit, Budget budget) {
    TextBuilder replaced = new TextBuilder(budget);
    int position = 0;
    long left = limit < 0 ? Long.MAX_VALUE : limit;
    if (old.isEmpty()) {
      return insertEverywhere(text, replacement, left, budget);
    }
    for (int found = find(text, old, 0); found >= 0 && left > 0; left--) {
      budget.step();
      replaced.append(text.slice(position, found)).append(replacement);
      position = found + old.length();
      found = find(text, old, position);
    }
    return replaced.append(text.slice(position, text.length())).build();
  }

  private static Text insertEverywhere(Text text, Text inserted, long limit, Budget budget) {
    TextBuilder result = new TextBuilder(budget);
    long left = limit;
    for (Object character : Python.items(text, budget)) {
      if (left-- > 0) {
        result.append(inserted);
      }
      result.append((Text) character);
    }
    return left > 0 ? result.append(inserted).build() : result.build();
  }

  private static int find(Text text, Text part, int from) {
    return text.chars().indexOf(part.chars(), from);
  }

  static List<Object> split(Text text, @Nullable Object separator, long limit, Budget budget) {
    long left = limit < 0 ? Long.MAX_VALUE : limit;
    List<Object> parts =
        separator == null || separator == None.NONE
            ? splitAtSpaces(text, left)
            : splitAt(text, requireSeparator(separator), left);
    budget.steps(parts.size());
    return parts;
  }

  private static Text requireSeparator(Object separator) {
    Text text = Python.requireText(separator);
    if (text.isEmpty()) {
      throw new TemplateException("the chat template splits at an empty separator");
    }
    return text;
  }

  private static List<Object> splitAt(Text text, Text separator, long limit) {
    List<Object> parts = new ArrayList<>();
    int position = 0;
    for (int found = find(text, separator, 0); found >= 0 && parts.size() < limit; ) {
      parts.add(text.slice(position, found));
      position = found + separator.length();
      found = find(text, separator, position);
    }
    parts.add(text.slice(position, text.length()));
    return parts;
  }

  private static List<Object> splitAtSpaces(Text text, long limit) {
    List<Object> parts = new ArrayList<>();
    int start = Python.skipSpace(text.chars(), 0);
    while (start < text.length()) {
      int end = start;
      while (end < text.length() && !Python.isSpace(text.chars().charAt(end))) {
        end++;
      }
      boolean last = parts.size() >= limit;
      parts.add(text.slice(start, last ? text.length() : end));
      start = last ? text.length() : Python.skipSpace(text.chars(), end);
    }
    return parts;
  }

  /** Splits from the end, so that a limit leaves the rest at the beginning. */
  static List<Object> splitFromEnd(
      Text text, @Nullable Object separator, long limit, Budget budget) {
    if (limit < 0) {
      return split(text, separator, -1, budget);
    }
    if (separator == null || separator == None.NONE) {
      throw new TemplateException("the chat template uses rsplit with a limit but no separator");
    }
    Text at = requireSeparator(separator);
    List<Object> parts = new ArrayList<>();
    int end = text.length();
    int found = text.chars().lastIndexOf(at.chars(), end - at.length());
    while (found >= 0 && parts.size() < limit) {
      parts.addFirst(text.slice(found + at.length(), end));
      end = found;
      found = end < at.length() ? -1 : text.chars().lastIndexOf(at.chars(), end - at.length());
    }
    parts.addFirst(text.slice(0, end));
    budget.steps(parts.size());
    return parts;
  }

  static List<Object> lines(Text text, Budget budget) {
    List<Object> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.chars().charAt(i);
      if (isLineBreak(c)) {
        lines.add(text.slice(start, i));
        boolean pair = c == '\r' && text.chars().startsWith("\n", i + 1);
        i += pair ? 1 : 0;
        start = i + 1;
      }
    }
    if (start < text.length()) {
      lines.add(text.slice(start, text.length()));
    }
    budget.steps(lines.size());
    return lines;
  }

  private static boolean isLineBreak(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1C && c <= 0x1E)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  static Text join(Text separator, List<Object> parts, Budget budget) {
    TextBuilder joined = new TextBuilder(budget);
    for (int i = 0; i < parts.size(); i++) {
      if (i > 0) {
        joined.append(separator);
      }
      joined.append(Python.str(parts.get(i), budget));
    }
    return joined.build();
  }

  /** Jinja's filter: indents every line but the first, and no empty ones, unless told to. */
  static Text indent(Text text, Text indent, boolean first, boolean blank, Budget budget) {
    List<Object> lines = lines(text, budget);
    // A line break at the end begins one more line here, unlike in splitlines.
    if (text.isEmpty() || isLineBreak(text.chars().charAt(text.length() - 1))) {
      lines.add(Text.EMPTY);
    }
    TextBuilder indented = new TextBuilder(budget);
    for (int i = 0; i < lines.size(); i++) {
      Text line = (Text) lines.get(i);
      if (i > 0) {
        indented.append(Text.trusted("\n"));
      }
      if (i == 0 ? first : blank || !line.isEmpty()) {
        indented.append(indent);
      }
      indented.append(line);
    }
    return indented.build();
  }
}
