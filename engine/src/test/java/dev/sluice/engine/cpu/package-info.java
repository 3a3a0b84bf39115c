/** Tests of the CPU backend: exact against the scalar oracle, and against reference outputs. */
@NullMarked
package dev.sluice.engine.cpu;

import org.jspecify.annotations.NullMarked;
