package dev.sluice.spring.text;

import java.util.List;

/**
 * How a stream's tokens become text.
 *
 * @param stops strings that end the text; at most a few, none empty
 * @param includeStop keep the stop string or the stop token's text
 * @param skipControl control tokens have no text
 * @param minTokens tokens in which no stop is looked for
 */
public record TextOptions(
    List<String> stops, boolean includeStop, boolean skipControl, int minTokens) {}
