/** The model's own chat template, run by an interpreter of a Jinja subset without reflection. */
@NullMarked
package dev.sluice.engine.template;

import org.jspecify.annotations.NullMarked;
