@NullMarked
package dev.sluice.engine.kv;

import org.jspecify.annotations.NullMarked;
