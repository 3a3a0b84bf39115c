/** Loading the model, serving it, and letting go of it: start, drain, connections. */
@NullMarked
package dev.sluice.app.lifecycle;

import org.jspecify.annotations.NullMarked;
