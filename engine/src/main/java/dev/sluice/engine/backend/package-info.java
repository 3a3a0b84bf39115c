/** The seam to hardware: a backend runs planned steps over paged KV memory. */
@NullMarked
package dev.sluice.engine.backend;

import org.jspecify.annotations.NullMarked;
