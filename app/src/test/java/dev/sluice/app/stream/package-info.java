@NullMarked
package dev.sluice.app.stream;

import org.jspecify.annotations.NullMarked;
