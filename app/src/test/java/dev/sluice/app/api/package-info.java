@NullMarked
package dev.sluice.app.api;

import org.jspecify.annotations.NullMarked;
