/** The process around the engine: its start and end, and the connections that a drain closes. */
@NullMarked
package dev.sluice.app.lifecycle;

import org.jspecify.annotations.NullMarked;
