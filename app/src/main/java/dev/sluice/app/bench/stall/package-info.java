/**
 * What readers that stop cost those that read: the same load over several wires, with and without.
 */
@NullMarked
package dev.sluice.app.bench.stall;

import org.jspecify.annotations.NullMarked;
