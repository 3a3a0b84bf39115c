/**
 * The scheduler in a simulated world: arrivals, readers, operators and faults on virtual time, from
 * a seed.
 *
 * <p>A {@code Schedule} is data and holds all that happens; {@code ScheduleGenerator} makes one
 * from a seed, {@code World} plays it without any randomness of its own, {@code StepChecks} and
 * {@code ReferenceModel} judge every step, and {@code Shrinker} makes a failing one small. Nothing
 * here reads a clock or starts a thread.
 */
@NullMarked
package dev.sluice.engine.simulation;

import org.jspecify.annotations.NullMarked;
