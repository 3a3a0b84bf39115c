@NullMarked
package dev.sluice.app.client;

import org.jspecify.annotations.NullMarked;
