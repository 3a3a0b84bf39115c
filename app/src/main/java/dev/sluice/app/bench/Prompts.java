package dev.sluice.app.bench;

import java.util.SplittableRandom;
import java.util.stream.Collectors;

/** Prompts of common words, each about one token in any vocabulary, and no two prompts alike. */
public final class Prompts {
  private static final String[] WORDS =
      ("time year people way day man thing woman life child world school state family student group"
              + " country problem hand part place case week company system program question work"
              + " government number night point home water room mother area money story fact month"
              + " lot right study book eye job word business issue side kind head house service"
              + " friend father power hour game line end member law car city community name")
          .split(" ");

  private Prompts() {}

  /** The prompt of a request, of so many words. */
  public static String of(int words, long seed, int request) {
    SplittableRandom random = new SplittableRandom(seed * 31 + request);
    return random
        .ints(words, 0, WORDS.length)
        .mapToObj(i -> WORDS[i])
        .collect(Collectors.joining(" "));
  }
}
