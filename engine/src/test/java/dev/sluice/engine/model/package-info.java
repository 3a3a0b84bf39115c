@NullMarked
package dev.sluice.engine.model;

import org.jspecify.annotations.NullMarked;
