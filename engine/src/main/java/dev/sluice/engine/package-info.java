/** The engine's front door: the facade, its one thread, its configuration and its requests. */
@NullMarked
package dev.sluice.engine;

import org.jspecify.annotations.NullMarked;
