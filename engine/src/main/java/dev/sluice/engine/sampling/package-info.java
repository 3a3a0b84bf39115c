/** From logits to a token, keyed by (seed, choice, position); knows no threads and no clocks. */
@NullMarked
package dev.sluice.engine.sampling;

import org.jspecify.annotations.NullMarked;
