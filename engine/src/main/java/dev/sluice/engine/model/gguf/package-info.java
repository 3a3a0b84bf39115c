/** The GGUF file format: a reader that believes no count or offset, and its block formats. */
@NullMarked
package dev.sluice.engine.model.gguf;

import org.jspecify.annotations.NullMarked;
