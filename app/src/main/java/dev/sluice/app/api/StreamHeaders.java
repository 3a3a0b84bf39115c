package dev.sluice.app.api;

import dev.sluice.app.stream.CreditGate;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * What a request's headers ask of its stream; clients that know nothing of it send none.
 *
 * @param credit tokens that may be sent before further ones are granted; empty for as many as the
 *     connection takes
 * @param resumable keep the stream for a while if the connection breaks
 */
record StreamHeaders(OptionalInt credit, boolean resumable) {
  static final String CREDIT = "X-Stream-Credit";
  static final String RESUMABLE = "X-Stream-Resumable";

  /** By which a client finds its stream again. */
  static final String ID = "X-Stream-Id";

  static StreamHeaders read(HttpHeaders headers) {
    return new StreamHeaders(
        credit(headers.getFirst(CREDIT)), resumable(headers.getFirst(RESUMABLE)));
  }

  private static OptionalInt credit(@Nullable String value) {
    if (value == null) {
      return OptionalInt.empty();
    }
    if (!value.matches("[0-9]{1,9}") || !CreditGate.isInRange(Integer.parseInt(value))) {
      throw wrong(CREDIT, value, "an integer in [1, " + CreditGate.MAX_CREDIT + "]");
    }
    return OptionalInt.of(Integer.parseInt(value));
  }

  private static boolean resumable(@Nullable String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      case null -> false;
      default -> throw wrong(RESUMABLE, value, "true or false");
    };
  }

  private static ApiException wrong(String header, String value, String expected) {
    return ApiException.invalid(
        header, header + " is " + Fields.printable(value, 32) + ", but it must be " + expected);
  }

  /** Refuses headers that mean nothing without a stream. */
  void check(boolean stream) {
    if (!stream && credit.isPresent()) {
      throw needsStream(CREDIT);
    }
    if (!stream && resumable) {
      throw needsStream(RESUMABLE);
    }
  }

  private static ApiException needsStream(String header) {
    return ApiException.invalid(
        header, header + " needs stream to be true; set it or remove the header");
  }
}
