/** Accounting of the paged KV cache: blocks, block tables and the prefix index; no tensors. */
@NullMarked
package dev.sluice.engine.kv;

import org.jspecify.annotations.NullMarked;
