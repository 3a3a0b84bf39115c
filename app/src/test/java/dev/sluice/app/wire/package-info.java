/** Every wire that carries credits, put through the same cases by the kit that is here too. */
@NullMarked
package dev.sluice.app.wire;

import org.jspecify.annotations.NullMarked;
