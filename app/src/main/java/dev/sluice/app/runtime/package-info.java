/**
 * From settings to a running engine over a loaded model; what the server and the command line
 * share.
 */
@NullMarked
package dev.sluice.app.runtime;

import org.jspecify.annotations.NullMarked;
