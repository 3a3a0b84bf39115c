/** Vector kernels and their scalar oracle, chosen once at start. */
@NullMarked
package dev.sluice.engine.cpu.simd;

import org.jspecify.annotations.NullMarked;
