package dev.sluice.engine.template;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** {@code strftime} in the C locale. */
final class DateFormat {

  private DateFormat() {}

  static String format(String format, ZonedDateTime time) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      boolean unpadded = format.charAt(i + 1) == '-' && i + 2 < format.length();
      i += unpadded ? 2 : 1;
      String field = field(format.charAt(i), time);
      text.append(unpadded ? withoutZeros(field) : field);
    }
    return text.toString();
  }

  private static String withoutZeros(String number) {
    String stripped = number.replaceFirst("^0+", "");
    return stripped.isEmpty() ? "0" : stripped;
  }

  private static String field(char directive, ZonedDateTime time) {
    String pattern =
        switch (directive) {
          case 'Y' -> "uuuu";
          case 'y' -> "uu";
          case 'm' -> "MM";
          case 'd' -> "dd";
          case 'e' -> "ppd";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'M' -> "mm";
          case 'S' -> "ss";
          case 'f' -> "SSSSSS";
          case 'p' -> "a";
          case 'B' -> "MMMM";
          case 'b', 'h' -> "MMM";
          case 'A' -> "EEEE";
          case 'a' -> "EEE";
          case 'j' -> "DDD";
          case 'Z' -> "zzz";
          case 'z' -> "xx";
          case 'F' -> "uuuu-MM-dd";
          case 'T' -> "HH:mm:ss";
          case 'D' -> "MM/dd/uu";
          case '%' -> "'%'";
          default ->
              throw new TemplateException(
                  "the chat template formats a date with the unknown directive '%"
                      + directive
                      + "'");
        };
    return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(time);
  }
}
