/** Tests of the container image. */
@NullMarked
package dev.sluice.test.docker;

import org.jspecify.annotations.NullMarked;
