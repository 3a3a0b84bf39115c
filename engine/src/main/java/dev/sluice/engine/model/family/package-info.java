/** One small class per model family: metadata to DecoderSpec, canonical to file tensor names. */
@NullMarked
package dev.sluice.engine.model.family;

import org.jspecify.annotations.NullMarked;
