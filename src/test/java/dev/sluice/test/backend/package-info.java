/**
 * A back end that uses Sluice, in each of the ways that there are; to be read as an example too.
 */
@NullMarked
package dev.sluice.test.backend;

import org.jspecify.annotations.NullMarked;
