/** Who runs in the next step and with how many tokens: a pure function of state, time and inbox. */
@NullMarked
package dev.sluice.engine.scheduler;

import org.jspecify.annotations.NullMarked;
