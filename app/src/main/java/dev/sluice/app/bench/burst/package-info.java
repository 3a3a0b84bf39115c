/** What bursts of requests do to readers: how soon they begin to read, and how long they wait. */
@NullMarked
package dev.sluice.app.bench.burst;

import org.jspecify.annotations.NullMarked;
