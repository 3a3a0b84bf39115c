@NullMarked
package dev.sluice.app.security;

import org.jspecify.annotations.NullMarked;
