/**
 * What the tests of all modules share: a backend that betrays KV mistakes, tiny models, readers.
 */
@NullMarked
package dev.sluice.engine.testkit;

import org.jspecify.annotations.NullMarked;
