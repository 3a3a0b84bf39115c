/** Tests of the burst experiment. */
@NullMarked
package dev.sluice.app.bench.burst;

import org.jspecify.annotations.NullMarked;
