@NullMarked
package dev.sluice.app.bench;

import org.jspecify.annotations.NullMarked;
