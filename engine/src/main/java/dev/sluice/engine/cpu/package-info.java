/** The CPU backend: one generic decoder over tiled weights, paged attention and a worker team. */
@NullMarked
package dev.sluice.engine.cpu;

import org.jspecify.annotations.NullMarked;
