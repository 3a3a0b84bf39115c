/**
 * RSocket at {@code /rsocket}: {@code requestStream} whose {@code request(n)} is the engine's
 * demand, one item per token. What a request may ask and what an item says is {@code api}'s affair.
 */
@NullMarked
package dev.sluice.app.rsocket;

import org.jspecify.annotations.NullMarked;
