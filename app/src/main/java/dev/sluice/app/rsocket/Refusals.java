package dev.sluice.app.rsocket;

import dev.sluice.app.api.ApiErrors;
import dev.sluice.app.api.ApiException;
import io.rsocket.exceptions.ApplicationErrorException;
import io.rsocket.exceptions.InvalidException;
import io.rsocket.exceptions.RejectedException;
import io.rsocket.exceptions.RejectedSetupException;
import tools.jackson.databind.json.JsonMapper;

/** Failures as RSocket's errors, whose message is the error body of the HTTP routes. */
final class Refusals {
  private static final JsonMapper JSON = JsonMapper.shared();

  private Refusals() {}

  /**
   * What a stream ends with: invalid if the request is at fault, rejected if it was not looked at
   * and may be sent again, else the application's error.
   */
  static Throwable ofStream(Throwable failure) {
    ApiException refusal = ApiErrors.refusal(failure);
    String body = body(refusal);
    if (!refusal.retryAfter().isZero()) {
      return new RejectedException(body);
    }
    return refusal.status().is4xxClientError()
        ? new InvalidException(body)
        : new ApplicationErrorException(body);
  }

  static Throwable ofSetup(Throwable failure) {
    return new RejectedSetupException(body(ApiErrors.refusal(failure)));
  }

  private static String body(ApiException refusal) {
    return JSON.writeValueAsString(refusal.body());
  }
}
