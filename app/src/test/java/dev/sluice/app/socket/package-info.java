@NullMarked
package dev.sluice.app.socket;

import org.jspecify.annotations.NullMarked;
