@NullMarked
package dev.sluice.engine.sampling;

import org.jspecify.annotations.NullMarked;
