@NullMarked
package dev.sluice.engine.scheduler;

import org.jspecify.annotations.NullMarked;
