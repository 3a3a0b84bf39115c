/** The command line: serve, chat, pull and bench. */
@NullMarked
package dev.sluice.app.cli;

import org.jspecify.annotations.NullMarked;
