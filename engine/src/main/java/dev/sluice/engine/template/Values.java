package dev.sluice.engine.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Copies plain data into the interpreter's values, so that a template can't reach the original. */
final class Values {
  /** A fixed set can't carry an attack, and templates build markers such as {@code <|user|>}. */
  private static final Set<String> TRUSTED_ROLES =
      Set.of("system", "developer", "user", "assistant", "tool", "function");

  private Values() {}

  static List<Object> ofMessages(List<Map<String, Object>> messages) {
    List<Object> values = new ArrayList<>(messages.size());
    for (Map<String, Object> message : messages) {
      Map<Object, Object> value = ofMap(message, false, 1);
      if (message.get("role") instanceof String role && TRUSTED_ROLES.contains(role)) {
        value.put("role", Text.trusted(role));
      }
      values.add(value);
    }
    return values;
  }

  static Object of(@Nullable Object value, boolean trusted) {
    return of(value, trusted, 0);
  }

  private static Object of(@Nullable Object value, boolean trusted, int depth) {
    Budget.requireDepth(depth);
    return switch (value) {
      case null -> None.NONE;
      case String text -> trusted ? Text.trusted(text) : Text.untrusted(text);
      case Boolean truth -> truth;
      case Integer number -> number.longValue();
      case Long number -> number;
      case Short number -> number.longValue();
      case Byte number -> number.longValue();
      case Double number -> number;
      case Float number -> number.doubleValue();
      case BigInteger number -> ofBigInteger(number);
      case BigDecimal number -> number.doubleValue();
      case List<?> list -> ofList(list, trusted, depth);
      case Map<?, ?> map -> ofMap(map, trusted, depth);
      default ->
          throw new TemplateException(
              "a chat template takes plain data only, not " + value.getClass().getName());
    };
  }

  private static Object ofBigInteger(BigInteger number) {
    return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number.doubleValue();
  }

  private static List<Object> ofList(List<?> list, boolean trusted, int depth) {
    List<Object> values = new ArrayList<>(list.size());
    for (Object item : list) {
      values.add(of(item, trusted, depth + 1));
    }
    return values;
  }

  private static Map<Object, Object> ofMap(Map<?, ?> map, boolean trusted, int depth) {
    Map<Object, Object> values = LinkedHashMap.newLinkedHashMap(map.size());
    map.forEach((key, value) -> values.put(String.valueOf(key), of(value, trusted, depth + 1)));
    return values;
  }
}
