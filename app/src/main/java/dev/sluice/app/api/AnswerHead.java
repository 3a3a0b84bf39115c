package dev.sluice.app.api;

import dev.sluice.app.SluiceApplication;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What every part of one answer repeats.
 *
 * @param id unique to the answer
 * @param created when it began, in seconds since 1970
 * @param model that gives it
 */
record AnswerHead(String id, long created, String model) {
  static final String FINGERPRINT = "sluice-" + SluiceApplication.VERSION;

  static AnswerHead create(String prefix, String model) {
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    return new AnswerHead(prefix + random, System.currentTimeMillis() / 1000, model);
  }
}
