/** The benchmarks: of the engine in process, and of any OpenAI server from outside. */
@NullMarked
package dev.sluice.app.bench;

import org.jspecify.annotations.NullMarked;
