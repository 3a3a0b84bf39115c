@NullMarked
package dev.sluice.app.runtime;

import org.jspecify.annotations.NullMarked;
