/** What a model is: data. Hyperparameters, canonical weight names and the file they come from. */
@NullMarked
package dev.sluice.engine.model;

import org.jspecify.annotations.NullMarked;
