@NullMarked
package dev.sluice.app.lifecycle;

import org.jspecify.annotations.NullMarked;
