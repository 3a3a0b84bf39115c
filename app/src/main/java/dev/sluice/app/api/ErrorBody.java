package dev.sluice.app.api;

import org.jspecify.annotations.Nullable;

/** OpenAI's error body. */
public record ErrorBody(Detail error) {

  /**
   * What went wrong.
   *
   * @param message for people
   * @param type the class of error, as {@code invalid_request_error}
   * @param param the request field at fault
   * @param code for programs, as {@code context_length_exceeded}
   */
  public record Detail(
      String message, String type, @Nullable String param, @Nullable String code) {}
}
