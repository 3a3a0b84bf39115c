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
 */
record StreamHeaders(OptionalInt credit) {
  static final String CREDIT = "X-Stream-Credit";

  /** By which a client finds its stream again. */
  static final String ID = "X-Stream-Id";

  static StreamHeaders read(HttpHeaders headers) {
    return new StreamHeaders(credit(headers.getFirst(CREDIT)));
  }

  private static OptionalInt credit(@Nullable String value) {
    if (value == null) {
      return OptionalInt.empty();
    }
    if (!value.matches("[0-9]{1,9}") || !CreditGate.isInRange(Integer.parseInt(value))) {
      throw ApiException.invalid(
          CREDIT,
          CREDIT
              + " is "
              + Fields.printable(value, 32)
              + ", but it must be an integer in [1, "
              + CreditGate.MAX_CREDIT
              + "]");
    }
    return OptionalInt.of(Integer.parseInt(value));
  }

  /** Refuses headers that mean nothing without a stream. */
  void check(boolean stream) {
    if (!stream && credit.isPresent()) {
      throw ApiException.invalid(CREDIT, CREDIT + " needs stream to be true; set it or remove it");
    }
  }
}
